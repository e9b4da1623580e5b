/**
 * Options that are accepted and checked by shape but do nothing in this version. An issue that builds one deletes
 * its line here: that ends the warning and puts the option into `ServerOptions`.
 */
export const laterServerOptions = ['idleStopMs', 'maxAgeMs'] as const;
