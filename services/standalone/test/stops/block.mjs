// Loaded before a service: at SIGUSR2 its event loop stands still for good. Not a busy loop, for others need the processor.
process.on('SIGUSR2', () => {
  process.stderr.write('{"msg":"blocked"}\n', () =>
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  )
})
