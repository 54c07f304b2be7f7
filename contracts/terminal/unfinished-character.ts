/** Bytes at the end of `data` that begin a character of UTF-8 whose rest is not there: 0 to 3. */
export function unfinishedBytes(data: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= data.length; back += 1) {
    const byte = data[data.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return needed > back && byte < 0xf8 ? back : 0
    }
  }
  return 0
}
