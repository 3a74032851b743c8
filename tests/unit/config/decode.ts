// Decodes configurations for the specs of config.
import { configurationError, decodeConfiguration } from "../../../assembly/config/decode";
import { Configuration } from "../../../assembly/config/model";
import { Bytes, toText } from "../json/bytes";
import { pointer } from "../../../assembly/host/literal";

export function decode(text: string): Configuration | null {
  const bytes = Bytes.text(text);
  return decodeConfiguration(bytes.pointer, bytes.length);
}

/** Why a configuration is refused; "accepted" if it is not. */
export function refusal(text: string): string {
  return decode(text) === null ? configurationError() : "accepted";
}

/** The configuration, which must be good. */
export function good(text: string): Configuration {
  const configuration = decode(text);
  if (configuration === null) {
    expect(configurationError()).toBe("accepted", text);
    return new Configuration();
  }
  return configuration;
}

export function textOf(bytes: StaticArray<u8> | null): string {
  return bytes === null ? "null" : toText(pointer(bytes), bytes.length);
}

/** Comma-joined. */
export function textsOf(list: StaticArray<u8>[]): string {
  let text = "";
  for (let i = 0; i < list.length; i++) text += (i > 0 ? "," : "") + textOf(list[i]);
  return text;
}
