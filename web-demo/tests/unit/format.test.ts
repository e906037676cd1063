import { describe, expect, it } from "vitest";
import { money, number, signed, significant, withUnit } from "../../src/results/format";

describe("numbers for people", () => {
  it("are rounded to the digits asked for, with a true minus", () => {
    expect([number(-1234.56, 1), number(0.05, 1), number(null), signed(3, 1), signed(-0.25, 2)]).toEqual(["−1,234.6", "0.1", "–", "+3.0", "−0.25"]);
    expect([significant(0.124987), significant(-12345.6)]).toEqual(["0.125", "−12,300"]);
  });

  it("carry units and money", () => {
    expect([withUnit("74.5", "%"), withUnit("3", "hours"), withUnit("3")]).toEqual(["74.5%", "3 hours", "3"]);
    expect([money(65200.9, "USD"), money(-1_200_000, null), money(undefined)]).toEqual(["65.2k USD", "−1.2M", "–"]);
  });
});
