/** What is wrong with a certificate, in words for people. */
import type { Text } from "../../storage/locale.ts";

/** Codes of OpenSSL's verification as Node spells them (documentation of `node:tls`, X509 certificate error codes). */
const words: Readonly<Record<string, Text>> = {
  CERT_HAS_EXPIRED: { zh: "证书已过期", en: "the certificate has expired" },
  CERT_NOT_YET_VALID: { zh: "证书尚未生效", en: "the certificate is not valid yet" },
  CERT_REVOKED: { zh: "证书已被吊销", en: "the certificate has been revoked" },
  DEPTH_ZERO_SELF_SIGNED_CERT: { zh: "证书是自签名的", en: "the certificate is self-signed" },
  SELF_SIGNED_CERT_IN_CHAIN: {
    zh: "证书链中有不受信任的自签名证书",
    en: "a self-signed certificate in the chain is not trusted",
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    zh: "证书链不完整（缺少中间证书），或签发机构不受信任",
    en: "the chain is incomplete (an intermediate certificate is missing), or its authority is not trusted",
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { zh: "签发机构不受信任", en: "the authority is not trusted" },
  UNABLE_TO_GET_ISSUER_CERT: {
    zh: "证书链不完整，找不到签发者",
    en: "the chain is incomplete: an issuer is missing",
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    zh: "证书不是签发给这个主机名的",
    en: "the certificate is for another host name",
  },
  INVALID_PURPOSE: { zh: "证书不是用于服务器的", en: "the certificate is not meant for a server" },
};

/** The words for a detail that begins with one of the codes. */
export function certificateWords(detail: string): Text | undefined {
  const said = words[/^\w+/.exec(detail)?.[0] ?? ""];
  return said && { zh: `${said.zh}（${detail}）`, en: `${said.en} (${detail})` };
}
