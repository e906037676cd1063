/// <reference types="vite/client" />

declare module "virtual:examples" {
  export const examples: import("../build/examples").ExampleEntry[];
}
