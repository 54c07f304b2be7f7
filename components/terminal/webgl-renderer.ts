import { WebglAddon } from '@xterm/addon-webgl'
import type { Terminal } from '@xterm/xterm'
import type { TerminalPreferences } from './preferences'

/** Browsers drop the oldest of about sixteen contexts of a page; what is not ours needs some too. */
const MAX_CONTEXTS = 10
let contexts = 0

/** Names of renderers without a graphics card; not every browser counts them as the caveat they are. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i

/** Whether WebGL is drawn by a graphics card: drawn by the processor it is slower than the page's own elements. */
function isAccelerated(): boolean {
  const probe = document.createElement('canvas')
  const context = probe.getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (context === null) return false
  const names = context.getExtension('WEBGL_debug_renderer_info')
  const drawnBy: unknown = names && context.getParameter(names.UNMASKED_RENDERER_WEBGL)
  // Given back at once: it counts as one of the page's contexts until it is collected.
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return typeof drawnBy !== 'string' || !SOFTWARE.test(drawnBy)
}

export interface TerminalRenderer {
  /** Draws as wished from now on, or by elements where WebGL cannot be had. */
  use(wish: TerminalPreferences['renderer']): void
  dispose(): void
}

/** Who draws an opened terminal: WebGL where it can and may, else the page's elements, also once a context is lost. */
export function createRenderer(terminal: Terminal, onKind: (kind: 'webgl' | 'dom') => void): TerminalRenderer {
  let addon: WebglAddon | null = null

  function end(): void {
    if (addon === null) return
    addon.dispose()
    addon = null
    contexts -= 1
    onKind('dom')
  }

  function begin(): void {
    if (addon !== null || contexts >= MAX_CONTEXTS) return
    const made = new WebglAddon()
    try {
      terminal.loadAddon(made)
    } catch {
      // No WebGL here: the terminal goes on with elements.
      made.dispose()
      return
    }
    addon = made
    contexts += 1
    made.onContextLoss(end)
    onKind('webgl')
  }

  onKind('dom')
  return {
    use(wish) {
      if (wish === 'webgl' || (wish === 'auto' && isAccelerated())) begin()
      else end()
    },
    dispose: end,
  }
}
