// A request for the specs that judge one as a whole, and what is expected of the answer.
import { clear } from "../../../assembly/cache/store";
import { CONTINUE, STOP_ITERATION } from "../../../assembly/host/status";
import { beginCallback } from "../../../assembly/host/memory";
import { HEADER, SIGNED, tokenOf } from "../fixtures";
import * as mock from "../mock";

export const GOOD = "Bearer " + tokenOf(HEADER, '{"team":"dev","exp":2000000}');
export const TO_TEAM = '"claimsToHeaders":[{"claim":"team","header":"x-team"}]';
export const REALM = 'Bearer realm="http://h/a"';
export const INVALID = REALM + ', error="invalid_token"';

/** A request with this `authorization`, or without one if that is empty. */
export function request(authorization: string, path: string = "/a"): void {
  beginCallback();
  mock.reset();
  clear();
  mock.setClock(1_000_000);
  mock.setForeign(0, SIGNED);
  mock.addHeader(":scheme", "http");
  mock.addHeader(":authority", "h");
  mock.addHeader(":path", path);
  mock.addHeader(":method", "GET");
  mock.addHeader("x-team", "spoofed");
  if (authorization.length > 0) mock.addHeader("authorization", authorization);
}

export function expectReply(answer: i32, status: u32, details: string, body: string, challenge: string): void {
  expect(answer).toBe(STOP_ITERATION);
  expect(mock.localStatus()).toBe(status, body);
  expect(mock.localBodyIs(body)).toBe(true, body);
  expect(mock.localDetailsAre("claimgate_" + details)).toBe(true, details);
  expect(mock.localHeaderIs(challenge.length > 0 ? "www-authenticate" : "", challenge)).toBe(true, challenge);
}

export function expectPassed(answer: i32): void {
  expect(answer).toBe(CONTINUE);
  expect(mock.localStatus()).toBe(0);
}
