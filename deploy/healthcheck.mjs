// For the container's HEALTHCHECK: the image has neither curl nor wget.
const response = await fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`, {
  signal: AbortSignal.timeout(2_500),
}).catch(() => undefined)
process.exit(response?.ok ? 0 : 1)
