// One job a line in, one answer a line out: {"ok": …}, or {"refused": why} when the library would not go on.
import { createInterface } from "node:readline";

const said = (error) => [error.code, error.error, error.message, error.cause?.message].filter(Boolean).join(" | ");

export async function serve(story) {
  for await (const line of createInterface({ input: process.stdin })) {
    let answer;
    try {
      answer = { ok: await story(JSON.parse(line)) };
    } catch (error) {
      answer = { refused: said(error) };
    }
    console.log(JSON.stringify(answer));
  }
}

// The browser: it carries the question to the sandbox, and brings back where it is sent on to.
export async function callback(url) {
  const answer = await fetch(url, { redirect: "manual" });
  const target = answer.headers.get("location");
  if (!target) throw new Error(`no redirect but ${answer.status}`);
  return new URL(target);
}

export const privateKey = (jwk) =>
  crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
