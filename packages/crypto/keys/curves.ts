/** The elliptic curves that Go's certificates know. */
export interface Curve {
  /** As OpenSSL knows it. */
  readonly nodeName: string;
  readonly bytes: number;
  readonly order: bigint;
  /** The hash that Go signs with, and the identifier of that signature. */
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly signature: string;
}

export const curves = {
  'P-256': {
    nodeName: 'prime256v1',
    bytes: 32,
    order: 0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632551n,
    hash: 'sha256',
    signature: '1.2.840.10045.4.3.2',
  },
  'P-384': {
    nodeName: 'secp384r1',
    bytes: 48,
    order:
      0xffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_c7634d81_f4372ddf_581a0db2_48b0a77a_ecec196a_ccc52973n,
    hash: 'sha384',
    signature: '1.2.840.10045.4.3.3',
  },
  'P-521': {
    nodeName: 'secp521r1',
    bytes: 66,
    order:
      0x01ff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_fffffffa_51868783_bf2f966b_7fcc0148_f709a5d0_3bb5c9b8_899c47ae_bb6fb71e_91386409n,
    hash: 'sha512',
    signature: '1.2.840.10045.4.3.4',
  },
} as const satisfies Readonly<Record<string, Curve>>;

/** The curve of a key by its name in JSON Web Keys. */
export function curveOf(name: string | undefined): Curve | undefined {
  return name !== undefined && Object.hasOwn(curves, name) ? curves[name as keyof typeof curves] : undefined;
}
