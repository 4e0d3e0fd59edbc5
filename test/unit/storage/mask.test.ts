/** What is struck out of addresses, and what around them is left alone. */
import { expect, test } from "vitest";
import { maskedAddresses } from "../../../storage/mask.ts";

test.each([
  ["https://shop.example/?token=abc", "https://shop.example/?token=***"],
  ["https://shop.example/?access_token=abc&page=2", "https://shop.example/?access_token=***&page=2"],
  ["HTTP://shop.example/?API_KEY=abc", "HTTP://shop.example/?API_KEY=***"],
  ["http://gengfu:abc@shop.example/", "http://gengfu:***@shop.example/"],
  ["instance=https://a.example/?token=abc, job=b", "instance=https://a.example/?token=***, job=b"],
  [
    'up{instance="https://a.example/?token=abc",job="b"} == 0',
    'up{instance="https://a.example/?token=***",job="b"} == 0',
  ],
  [
    "看 https://a.example/?secret=abc 和 https://b.example/",
    "看 https://a.example/?secret=*** 和 https://b.example/",
  ],
])("%s", (text, shown) => {
  expect(maskedAddresses(text)).toBe(shown);
});

test.each([
  "https://shop.example/health?page=2",
  'kube_secret_info{secret="shop-tls"}',
  "token=abc",
  "tcp://db.example:5432",
  "",
])("leaves %j as it is", (text) => {
  expect(maskedAddresses(text)).toBe(text);
});

test("takes a long text as it takes a short one", () => {
  const long = `https://shop.example/?token=${"a".repeat(100_000)}&x=${"b".repeat(100_000)}`;
  expect(maskedAddresses(long)).toBe(`https://shop.example/?token=***&x=${"b".repeat(100_000)}`);
});
