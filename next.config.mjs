/** @type {import('next').NextConfig} */
const nextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  typescript: { ignoreBuildErrors: false },
  // The dashboard shows no remote picture; the optimiser would only be an outbound door.
  images: { unoptimized: true },
  // A checkout inside another workspace must not make Next guess a parent directory as its root.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
}

export default nextConfig
