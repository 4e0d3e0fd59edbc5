/** The clouds' own clients: optional, and loaded with the first message. */
export const PACKAGES = {
  aliyun: "@alicloud/pop-core",
  tencent: "tencentcloud-sdk-nodejs-common",
} as const;
