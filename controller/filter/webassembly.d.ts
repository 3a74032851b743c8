// The part of the WebAssembly JavaScript API that the controller uses; TypeScript has it in its browser library only.
declare namespace WebAssembly {
  interface ImportDescriptor {
    module: string;
    name: string;
  }
  type Imports = Record<string, Record<string, (...args: number[]) => number | void>>;
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): ImportDescriptor[];
    static exports(module: Module): { name: string }[];
  }
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: unknown;
  }
}
