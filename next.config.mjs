/** @type {import('next').NextConfig} */
const nextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // Types are judged by `npm run verify`, once for the whole tree; here they would double the time of a first start.
  typescript: { ignoreBuildErrors: true },
  // The dashboard shows no remote picture; the optimiser would only be an outbound door.
  images: { unoptimized: true },
  // A checkout inside another workspace must not make Next guess a parent directory as its root.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
}

export default nextConfig
