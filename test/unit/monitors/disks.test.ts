import { platform } from "node:os";
import { expect, test } from "vitest";
import { parseDf, readDf } from "../../../monitors/system/df.ts";
import { createThisHost } from "../../../monitors/system/this-host.ts";

const HEAD = "Filesystem     Type     1024-blocks     Used Available Capacity Mounted on";

test.each<[string, string, object[]]>([
  [
    "a disk, in bytes, and how full it is for whoever is not root",
    "/dev/vda1      ext4       264212084 26753192  79637720      26% /",
    [
      {
        fs: "/dev/vda1",
        type: "ext4",
        mount: "/",
        size: 264212084 * 1024,
        available: 79637720 * 1024,
        use: 25.15,
      },
    ],
  ],
  [
    "spaces in the name of a share and of its place",
    "//nas/our files cifs 100 60 40 60% /mnt/our files",
    [
      {
        fs: "//nas/our files",
        type: "cifs",
        mount: "/mnt/our files",
        size: 102400,
        available: 40960,
        use: 60,
      },
    ],
  ],
  ["memory", "tmpfs tmpfs 100 0 100 0% /dev/shm", []],
  [
    "what a container stands on",
    "overlay overlay 100 50 50 50% /",
    [{ fs: "overlay", type: "overlay", mount: "/", size: 102400, available: 51200, use: 50 }],
  ],
  [
    "memory that everything stands on",
    "tmpfs tmpfs 100 50 50 50% /",
    [{ fs: "tmpfs", type: "tmpfs", mount: "/", size: 102400, available: 51200, use: 50 }],
  ],
  [
    "one without a size, of which no share can be told",
    "/dev/fuse fuse 0 0 0 - /etc/pve",
    [{ fs: "/dev/fuse", type: "fuse", mount: "/etc/pve", size: 0, available: 0, use: Number.NaN }],
  ],
  ["what is not a line of it", "df: /root/secret: Permission denied", []],
])("df: %s", (_, line, found) => {
  expect(parseDf(`${HEAD}\n${line}\n`)).toEqual(found);
});

test.skipIf(platform() !== "linux")(
  "the disks are those that systeminformation sees, without it",
  async () => {
    const { fsSize } = await import("systeminformation");
    const ours = await readDf();
    const theirs = await fsSize();
    const known = ({ fs, type, mount, size }: { fs: string; type: string; mount: string; size: number }) => ({
      fs,
      type,
      mount,
      size,
    });
    if (theirs.some(({ type }) => type === "zfs")) expect(ours).toBeUndefined();
    else expect(ours?.map(known)).toEqual(theirs.map(known));
  },
);

test.skipIf(platform() !== "linux")("two who ask at a time are told the same", async () => {
  const [one, other] = await Promise.all([readDf(), readDf()]);
  expect(one).toEqual(other);
  const [disk] = await createThisHost().disks();
  expect(disk?.sizeBytes).toBeGreaterThan(0);
});
