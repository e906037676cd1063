// Dark or light: as the system says, until the person chooses.
import { effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const KEY = "bellwether.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const stored = () => {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : null;
};

export const theme = signal<Theme>(stored() ?? (system.matches ? "dark" : "light"));

system.addEventListener("change", () => {
  if (!stored()) theme.value = system.matches ? "dark" : "light";
});

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});

export function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, theme.value);
}
