/**
 * Packages that are loaded when what needs them is set up, from where npm has put them: some are optional, some find
 * files of their own by their place. `test/architecture.test.ts` holds this list to the imports there are.
 */
export const LOADED_LATER: readonly string[] = [
  "@alicloud/pop-core",
  "@wecom/aibot-node-sdk",
  "dingtalk-stream",
  "file-box",
  "ical.js",
  "mysql2",
  "nodemailer/lib/mail-composer",
  "nodemailer/lib/smtp-connection",
  "pg",
  "systeminformation",
  "tencentcloud-sdk-nodejs-common",
  "wechaty",
];

/** Whether an import names one of those packages, or a part of it. */
export function isLoadedLater(request: string): boolean {
  return LOADED_LATER.some((name) => request === name || request.startsWith(`${name}/`));
}
