/** The few members of Wechaty that are used, so that Gengfu compiles where it is not installed. Wechaty 1.20, file-box 1.5. */

declare module "wechaty" {
  export const WechatyBuilder: { build(options: object): unknown };
  export const log: { level(name: "silent"): unknown };
}

declare module "file-box" {
  export const FileBox: { fromBase64(base64: string, name: string): object };
}
