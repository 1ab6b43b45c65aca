/** Before the first paint: the stored choice, or the system's. Mantine keeps the attribute afterwards. */
const stored = window.localStorage.getItem('mantine-color-scheme-value')
const dark =
  stored === 'dark' || (stored !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches)
document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
