// The one WASI function @solo-io/proxy-runtime 0.1.8 imports, from the module name today's hosts register.
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "proc_exit")
export declare function proc_exit(rval: u32): void;
