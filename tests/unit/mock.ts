// The controls of the mock host (host.js). Statuses are proxy-wasm's WasmResult; texts are Latin-1: a character is a byte.

/** Forgets headers, properties, faults and answers. */
// @ts-ignore: decorator
@external("test", "reset")
export declare function reset(): void;
// @ts-ignore: decorator
@external("test", "addHeader")
export declare function addHeader(name: string, value: string): void;
// @ts-ignore: decorator
@external("test", "headerCount")
export declare function headerCount(name: string): i32;
// @ts-ignore: decorator
@external("test", "headerIs")
export declare function headerIs(name: string, value: string): bool;
// @ts-ignore: decorator
@external("test", "totalHeaders")
export declare function totalHeaders(): i32;
// @ts-ignore: decorator
@external("test", "setPairs")
export declare function setPairs(hex: string): void;
// @ts-ignore: decorator
@external("test", "setProperty")
export declare function setProperty(path: string, value: string): void;
/** Whether a property is this text; with an empty text: whether there is none. */
// @ts-ignore: decorator
@external("test", "propertyIs")
export declare function propertyIs(path: string, value: string): bool;
// @ts-ignore: decorator
@external("test", "setConfiguration")
export declare function setConfiguration(text: string): void;
// @ts-ignore: decorator
@external("test", "setClock")
export declare function setClock(seconds: u64): void;

/** What every foreign call answers from now on. */
// @ts-ignore: decorator
@external("test", "setForeign")
export declare function setForeign(status: u32, result: string): void;
/** What the next foreign calls answer, one after the other; the last one stays. */
// @ts-ignore: decorator
@external("test", "thenForeign")
export declare function thenForeign(status: u32, result: string): void;
// @ts-ignore: decorator
@external("test", "foreignCalls")
export declare function foreignCalls(): i32;

/** Every host call of this name answers `status` and does nothing. */
// @ts-ignore: decorator
@external("test", "failCall")
export declare function failCall(name: string, status: u32): void;
/** The host call of this number since the reset answers `status` and does nothing. */
// @ts-ignore: decorator
@external("test", "failCallNumber")
export declare function failCallNumber(number: i32, status: u32): void;
// @ts-ignore: decorator
@external("test", "hostCalls")
export declare function hostCalls(): i32;
// @ts-ignore: decorator
@external("test", "hostCallIs")
export declare function hostCallIs(number: i32, name: string): bool;
// @ts-ignore: decorator
@external("test", "callsOf")
export declare function callsOf(name: string): i32;

/** Status of the local reply, 0 if there is none. */
// @ts-ignore: decorator
@external("test", "localStatus")
export declare function localStatus(): u32;
// @ts-ignore: decorator
@external("test", "localBodyIs")
export declare function localBodyIs(text: string): bool;
// @ts-ignore: decorator
@external("test", "localDetailsAre")
export declare function localDetailsAre(text: string): bool;
/** Whether the local reply carries exactly this header; with an empty name: none. */
// @ts-ignore: decorator
@external("test", "localHeaderIs")
export declare function localHeaderIs(name: string, value: string): bool;
// @ts-ignore: decorator
@external("test", "localGrpcStatus")
export declare function localGrpcStatus(): u32;
// @ts-ignore: decorator
@external("test", "logHas")
export declare function logHas(text: string): bool;
