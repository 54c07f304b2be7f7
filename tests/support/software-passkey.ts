import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

/** What an authenticator says of itself: somebody was there and was asked for a finger, and a key comes with it. */
const PRESENT_AND_VERIFIED = 0x05
const WITH_KEY = 0x40
/** COSE's numbers of an elliptic key on P-256 that signs as ES256. */
const COSE = { kty: 1, alg: 3, crv: -1, x: -2, y: -3 }
const [EC2, ES256, P256] = [2, -7, 1]

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()

/** A passkey of a site without a browser or a device around it: answers challenges as they do. */
export function createSoftwarePasskey({ origin, hostname }: { origin: string; hostname: string }) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(16)
  const credential = {
    id: base64url(id),
    rawId: base64url(id),
    type: 'public-key' as const,
    clientExtensionResults: {},
  }
  let counter = 0
  const clientData = (type: string, challenge: string) => Buffer.from(JSON.stringify({ type, challenge, origin }))
  const authenticatorData = (flags: number, rest: Uint8Array = new Uint8Array()) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(++counter)
    return Buffer.concat([sha256(hostname), Buffer.from([flags]), count, rest])
  }
  const coseKey = () => {
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    return isoCBOR.encode(
      new Map<number, number | Uint8Array>([
        [COSE.kty, EC2],
        [COSE.alg, ES256],
        [COSE.crv, P256],
        [COSE.x, new Uint8Array(Buffer.from(x, 'base64url'))],
        [COSE.y, new Uint8Array(Buffer.from(y, 'base64url'))],
      ]),
    )
  }
  return {
    /** The answer to the options of a registration. */
    register: (challenge: string) => {
      const idLength = Buffer.from([0, id.length])
      const data = authenticatorData(
        PRESENT_AND_VERIFIED | WITH_KEY,
        Buffer.concat([Buffer.alloc(16), idLength, id, coseKey()]),
      )
      const attestation = new Map<string, string | Uint8Array | Map<string, string>>([
        ['fmt', 'none'],
        ['attStmt', new Map<string, string>()],
        ['authData', new Uint8Array(data)],
      ])
      return {
        ...credential,
        response: {
          clientDataJSON: base64url(clientData('webauthn.create', challenge)),
          attestationObject: base64url(isoCBOR.encode(attestation)),
        },
      }
    },
    /** The answer to those of a sign-in. */
    signIn: (challenge: string) => {
      const [data, client] = [authenticatorData(PRESENT_AND_VERIFIED), clientData('webauthn.get', challenge)]
      return {
        ...credential,
        response: {
          clientDataJSON: base64url(client),
          authenticatorData: base64url(data),
          signature: base64url(sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)),
        },
      }
    },
  }
}
