import { Store, useStore } from '../client/store.ts';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'holdfast.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

export const theme = new Store<Theme>(kept());
/** Grows when colours have changed, whatever the reason: what is drawn on a canvas must be drawn again. */
export const repaint = new Store(0);

function kept(): Theme {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'auto';
}

function apply(): void {
  document.documentElement.dataset.theme = theme.value;
  repaint.set(repaint.value + 1);
}

apply();
theme.subscribe(() => {
  localStorage.setItem(KEY, theme.value);
  apply();
});
dark.addEventListener('change', apply);

export function useTheme(): readonly [Theme, (next: Theme) => void] {
  return [useStore(theme), next => theme.set(next)];
}
