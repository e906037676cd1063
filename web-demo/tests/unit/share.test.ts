import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LinkError, pack, unpack } from "../../src/share/link";

/** A link as version 1 wrote it when it was new. It is never made again: whoever has one must be able to open it. */
const old = readFileSync(new URL("../fixtures/link-v1.txt", import.meta.url), "utf8").trim();

describe("links", () => {
  it("hold everything and give it back", async () => {
    const shared = {
      text: 'scorecard("Ünïcode 😀");', params: { goal: 75, on: true }, example: "maturity",
      tables: [{ name: "t", file: "t.csv", kind: "csv" as const, text: "a,b\n1,2\n", options: { missing: { a: ["99"] } } }],
    };
    const link = await pack(shared);
    expect(link).toMatch(/^#v1\.[\w-]+$/);
    expect(await unpack(link)).toEqual(shared);
  });

  it("of version 1 stay readable", async () => {
    expect(await unpack(old)).toEqual({
      text: 'scorecard("An old link").owner("Care").purpose("Links keep working").min_n(1);\nlet goal = param("goal", 70, #{ min: 0, max: 100 });\nlet tickets = table("tickets").file("tickets.csv");\nmetric("fcr", rate(tickets, |t| t.contacts == 1)).label("Solved at once").target(goal).owner("Care");\n',
      params: { goal: 60 },
      tables: [{ name: "tickets", file: "tickets.csv", kind: "csv", text: "contacts\n1\n1\n3\n1\n" }],
    });
  });

  it("say what is wrong with them", async () => {
    expect(await unpack("")).toBeNull();
    expect(await unpack("#results")).toBeNull();
    await expect(unpack("#v2.abc")).rejects.toThrow(/newer version/);
    await expect(unpack(old.slice(0, -20))).rejects.toBeInstanceOf(LinkError);
    await expect(unpack("#v1.!!")).resolves.toBeNull();
  });

  it("do not unpack bombs", async () => {
    const bomb = await pack({ text: " ".repeat(9_000_000) });
    expect(bomb.length).toBeLessThan(20_000);
    await expect(unpack(bomb)).rejects.toBeInstanceOf(LinkError);
  });
});
