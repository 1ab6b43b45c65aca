import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig } from 'vite'

/** Where `vite` sends the API's calls while one works on the app: a running standalone service. */
const api = process.env['MILLRACE_API'] ?? 'http://localhost:3000'

export default defineConfig({
  plugins: [react()],
  // The contracts and the engine are bundled from their sources.
  resolve: { conditions: ['@millrace/source', ...defaultClientConditions] },
  build: {
    target: 'es2023',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    // A font inside the styles would be a `data:` URL, which the page's policy refuses.
    assetsInlineLimit: 0,
  },
  // A worker is a module, as the page is: the evaluator awaits while it loads.
  worker: { format: 'es' },
  server: { proxy: { '/api': api, '/hooks': api } },
})
