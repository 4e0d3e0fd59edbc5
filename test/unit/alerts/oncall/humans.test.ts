/** One human behind several accounts. */
import { expect, test } from "vitest";
import { humansOf, maskedEmail, maskedPhone } from "../../../../alerts/oncall/humans.ts";

const humans = humansOf([
  {
    id: "dingtalk:0123",
    name: "张三",
    aliases: ["wecom:zhangsan", "console:zhang"],
    phone: "+8613800138000",
    email: "zhangsan@shop.example",
  },
  { id: "wecom:lisi" },
]);

test.each(["dingtalk:0123", "wecom:zhangsan", "console:zhang"])("%s is 张三", (id) => {
  expect(humans.of(id)).toEqual({
    id: "dingtalk:0123",
    name: "张三",
    phone: "+8613800138000",
    email: "zhangsan@shop.example",
    ids: ["dingtalk:0123", "wecom:zhangsan", "console:zhang"],
  });
});

test.each(["wecom:lisi", "dingtalk:unlisted"])("%s has this account alone", (id) => {
  expect(humans.of(id)).toEqual({ id, name: undefined, phone: undefined, email: undefined, ids: [id] });
});

test.each([
  ["+8613800138000", "+86138****8000"],
  ["+4915112345678", "+49151****5678"],
  ["+1234567", "****4567"],
])("%s is shown as %s", (phone, shown) => {
  expect(maskedPhone(phone)).toBe(shown);
});

test.each([
  ["zhangsan@shop.example", "z***@shop.example"],
  ["z@shop.example", "z***@shop.example"],
  ["张三@shop.example", "张***@shop.example"],
])("%s is shown as %s", (email, shown) => {
  expect(maskedEmail(email)).toBe(shown);
});
