/** What both give, as it comes. Over when either is; both must end by themselves when nobody wants more. */
export async function* mergeStreams<A, B>(a: AsyncGenerator<A>, b: AsyncGenerator<B>): AsyncGenerator<A | B> {
  const next = { a: a.next(), b: b.next() }
  for (;;) {
    const first = await Promise.race([
      next.a.then((result) => ({ of: 'a' as const, result })),
      next.b.then((result) => ({ of: 'b' as const, result })),
    ])
    if (first.result.done === true) return
    yield first.result.value
    if (first.of === 'a') next.a = a.next()
    else next.b = b.next()
  }
}
