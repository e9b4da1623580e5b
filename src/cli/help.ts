/** What `--help` of a command says below its options. */

export const UP_HELP = `
Clients connect to the address that it prints: /mcp is all servers as one,
/servers/NAME/mcp a single one. The token that they show is printed on a
terminal and with --json; otherwise the file that holds it is, which "holdfast
status" names, too. It is HOLDFAST_TOKEN where that is set.
Where a "holdfast connect" runs this configuration already, it is taken over,
and its clients go on.
With -d it returns once requests are accepted, and the manager outlives this
terminal: "holdfast status" shows it, "holdfast down" ends it.
Events go to stdout, warnings and logs to stderr. Ctrl-C or "holdfast down"
stops every server and ends with 0, or with 130 where calls were cut off; a
second Ctrl-C does not wait for servers that take their time. Log files are kept
in the state folder: "holdfast logs".`;

export const RUN_HELP = `
Put it in front of any server's command in any client. Before and after:
  { "command": "npx", "args": ["-y", "@acme/server", "."], "env": { "API_KEY": "…" } }
  { "command": "holdfast", "args": ["run", "--", "npx", "-y", "@acme/server", "."], "env": { "API_KEY": "…" } }
The server gets every variable that we have. With --config its options are the
"holdfast.defaults" of that file. No token is needed.
stderr has what the server writes there, and what has gone wrong in lines that
begin with "holdfast: "; values of variables named like a secret are taken out.
Log files are kept beside those of all managers: "holdfast logs --run".
When the client closes stdin, answers that it waits for get 2 seconds; then the
server is stopped, and it ends with 0. SIGTERM and Ctrl-C do the same without
those 2 seconds, and with 130 where calls were cut off.`;

export const LOGS_HELP = `
It reads the files in the folder "logs" of the state folder, also those that
were put aside. [server] is a server, or "manager" for the manager itself;
without it the lines of all are in order of time. The channels are lifecycle,
network, error, performance, debug (with what servers write to stderr), and
protocol, a line for each call, where "holdfast.logs.protocol" is set.
With --json each line is as it stands in the file, a JSON object.
"holdfast run" keeps its files beside those of all managers: --run reads them.`;

export const CONNECT_HELP = `
All servers of the configuration as one, for a client that starts its servers
itself:
  { "command": "holdfast", "args": ["connect", "--config", "/path/to/holdfast.json"] }
It joins the manager that runs, or runs one inside itself, which others join.
When that one ends, another takes over, and its client notices nothing; so does
"holdfast up". After "holdfast down" clients that are still there run it again
in 3 seconds: close them to end it for good.
It finds the token in the state folder by itself; with --url it takes
HOLDFAST_TOKEN.
stderr has what has gone wrong, in lines that begin with "holdfast: ", and where
it runs the manager also what the servers write to theirs; then there are log
files, too: "holdfast logs". When the client
closes stdin, answers that it waits for get 2 seconds; then it ends with 0.`;

export const ADD_HELP = `
Examples:
  holdfast add files -- npx -y @modelcontextprotocol/server-filesystem /home/ada
  holdfast add github --env 'GITHUB_TOKEN=\${GITHUB_TOKEN}' -- npx -y @acme/github
  holdfast add issues --url https://mcp.example.com/mcp --header 'Authorization=Bearer \${TOKEN}'
Comments, order and form of the file stay; where there is none it is made in
your configuration folder, or where --config says. What would be a mistake is
told with its line, and nothing is written. A manager that runs takes it up.`;

export const IMPORT_HELP = `
Reads the files of Claude Desktop, Claude Code, Cursor, VS Code and Codex, of you
and of the project in this folder; shows each server with its whole command, and
asks before anything is written. The same server in several clients is one.
With --rewire each of these files is changed next: the servers that were taken
over give way to one entry, "holdfast connect". A copy is kept beside it, and
--undo brings it back byte for byte. No server is started.
Ends with 1 where a file could not be understood or was left alone, or where you
said no; all others have been dealt with.`;
