/**
 * A chart as `helm package --sign` of Helm 3.21 packed and signed it with a key that was made for this. It has one template,
 * a ConfigMap whose `data.text` is `.Values.text`, "from the chart" unless told.
 */
export const signedChart = {
  name: 'web-1.2.3.tgz',
  archive: Buffer.from(
    'H4sIFAAAAAAA/ykAK2FIUjBjSE02THk5NWIzVjBkUzVpWlM5Nk9WVjZNV2xqYW5keVRRbz1IZWxtAOyWsW7yQAyAM99T+AmC744Q' +
      'KSvz/w8d2A2YEjWXpIkTWlHevQpRBrIwVAeqet9ykmXp7OGzfeLtYn2kRuJPckXkBUTE1XJ5fRFx/iImGOnEItrUYGIj1Dq1aQTo' +
      'p5xbulaoifDHf82b+yVQnW+4afOqzKA3qiTHGZx4q/opqmMTW/XsOgN+GPzvqei49TcA7vpvkpn/RqfB/4cg/CEZHJrKgRwZdsMq' +
      'CLL/HQb/hV1dkHC72DkfU+Ce/zpZzfy3Fk3w/xG85eU+g3VVHvLXf1Srm3tAK8dCexLKFMB4G5zPEL9wwdRy/J8cw+WipoxxmAwZ' +
      'm3GlDAH4gveukmvis7sNBAKBwMR3AAAA///EChmSABAAAA==',
    'base64',
  ),
  provenance: [
    '-----BEGIN PGP SIGNED MESSAGE-----',
    'Hash: SHA512',
    '',
    'apiVersion: v2',
    'name: web',
    'version: 1.2.3',
    '',
    '...',
    'files:',
    '  web-1.2.3.tgz: sha256:e675dbcdea54865aeb9ea28ba64bd47e67d2dbe820f26eb553e4cced292bf6e4',
    '',
    '-----BEGIN PGP SIGNATURE-----',
    '',
    'wsC5BAEBCgBtBYJrAfQrCRBILuAYXpHp50UUAAAAAAAcACBzYWx0QG5vdGF0aW9u',
    'cy5vcGVucGdwanMub3JnY8A6EcWiRGHt6PdONbGqVgSiQ1QFAopRrapU/O7auLsW',
    'IQTwUwbkgMGusi+BXXlILuAYXpHp5wAAPt8IAKlIQ0zl0ov4e6OIKAeaAWnw/hDX',
    'i+dXyRFkZTazxpmr1RNAUVR3TtVIsjsGXCI/EKgCUPmWwFvD83L7TbA9KbHbE2VL',
    'c2gCyKQ6IvYs4+PA3W2m1w3vi7wddEEyKsEeDYuRNWv0N/L1AezlWMQOQDXoDzor',
    'UZ/FD0H3EABxAGUIs0w9z9hveLl4oTR+P28xEVDutpO5VK3vBRzIZW0Xyf1slM79',
    'b37z1Gaee4DhsbVFnxp/htkCS3xculq/4yKsFChSlI8RXfN6cALn9Z6OoSLO05Kd',
    'FqDq2cFzsF2C+1GgmjCmpbLuZmazkrzn91xe0KClVu3qHJFcm+E2eh/0EVk=',
    '-----END PGP SIGNATURE-----',
  ].join('\n'),
};

/** The public key that the chart was signed with, as GnuPG keeps it. */
export const makersKey = Buffer.from(
  'xsBNBGlVuQABCADuBGEWCle6qYtEP61nGO6XjghQWh+8QRfK7lYGfohK0R7krO02LLs9AIYGyaoTEk3r8wTpcBF8o6onfuZhPk2g' +
    'vmjyhS/SNGv4OloVdhfNbcXGpmfpVz9oWpIH/n558t2dKIt6vSstFScDyKVEP4MBbwo1SnjtD762B9WQ9SspUn/X7F2W8lpmz9Pl' +
    'LnBqK2ctEE0WlYgT+XSX8r97NpKd4ur+IZK9+aEjQ3lLDCim/Uk5tV1wXP3yxFkmnUTxsg3109kc1MCDI6CuGuIIBx7t2L2w5JAp' +
    'ZvWgdS9euv1Sr4EfcEkc1t0xPfEH1+vT5EatVPmWRCg6So+hD7Ar3cW9ABEBAAHNGU1ha2VyIDxtYWtlckBleGFtcGxlLmNvbT7C' +
    'wNEEEwEKAIUFgmlVuQADCwkHCRBILuAYXpHp50UUAAAAAAAcACBzYWx0QG5vdGF0aW9ucy5vcGVucGdwanMub3JnPdkbrLKBas8q' +
    'hwNEAwb6Oi6L2FsPWeiU5FvYJ3ppYeAFFQoIDgwEFgACAQIZAQKbAwIeARYhBPBTBuSAwa6yL4FdeUgu4BhekennAAACCAgArrIt' +
    'j7pTfjebsa0tmMIBjk/YL9XQqHpcjj1J5w7s4sQyjocPzoM8HAwy+iCXLXsBN67jkHy0LZFGqLIim030fkRFEa4CLvzpq9pChtif' +
    'cqE3N2u/HUl58uJql61rvBy6m6hEd1pLlz5Nq6vSWQWDp0B6FwhHir1UGKd758R/fywt+r/oUIj96H2q9aNphWN0S0aBIb8U/s83' +
    'Hj99ZGOo7T2/khtrYGqek1yfDtv/N+Mb0q+Oxty98H09/nah6JqjoJ2SCc50VD78dn9Xm5GpgMcniT9kFmqU+S9SgKVxSO7AAzAO' +
    '+ViZGwzUs6vvo7YhliUNy2Ldxx5urZiZWh1Td87ATQRpVbkAAQgAq3sIibROS93yKhjtrHGVpVAjJy00V2nmSzCrhEJIWl+lv6BG' +
    'vowj9G6kNCYIb7rQAUX8I2AkwabuHitVfsokWOndAJ59Aazst0Y0E2vumXVkW8ARz24ATwktEIHbXLXP0oxEek63jGcg6UEDhKbn' +
    'PO5M1JLf8RU/7WffKWvWp50bWH7JwXI0M+LaFatNP0ZT9PBnaRNmgMGbZoR+YOoJ426KYQ1N0MfHp0D1QLAQQUcjIIMwfSbVu9N+' +
    'xruLCAI29Le/zzPEa1E/7eqVG6B7YvkK+BUk5d6ZCzd51oI08fRfkgrOdLZdDD+QCuApnpuymypppqZJG1TwrK0HYKr2pQARAQAB' +
    'wsC8BBgBCgBwBYJpVbkACRBILuAYXpHp50UUAAAAAAAcACBzYWx0QG5vdGF0aW9ucy5vcGVucGdwanMub3JnfZ6hUZ6oaNB9kdTV' +
    'ssDfVtfT+5Cpgxuhm4RucUE93aoCmwwWIQTwUwbkgMGusi+BXXlILuAYXpHp5wAAgbMH/0oB4brd4DaU1TeB+HlyGk97j4js1mZK' +
    'LI68f2MWAB4WmtbkCthqB8la2AVdCZfxplabD7YA7fpfS22vUrX7sTrF5Q+pV1JHM7tMewDa8O3tHwWwVIJFLN2rYPpdjNAfx7fJ' +
    'l1PI5l8oDTCSowPiwfQ6t+L1fxVbcfIBNCJaspRATo6cNbdgWR0hb4CbMH9ebHbgAGeLzDkEhcjL+ZEre7Q5iU1txZkwaJTsNjFB' +
    'UM8shuGV0ZghK9OP4rWXN0Sb0W2jmwNa5tavy7BBY9M/DieiB40EM3uPf8/O2zmFvIybXG+IPibKM/TE1oqWJEuWJpQQbm778AFD' +
    'sK2pGcOq+aE=',
  'base64',
);

/** A public key that has signed nothing. */
export const strangersKey = Buffer.from(
  'xsBNBGlVuQABCACMbhYz06/20x25L4B2I7ga/PgpslgWoGgt6tSbtlxzMQggKe9hrOCrCyz1UkroTNuQUJVpSeN2Yjmc+gMLhbB2' +
    '6GwciLQc0lR7cvJJZKw5xgsU+e5OUjPKDvW8aV9OTp/UKhnWB2ocaiEqEKzDJhQwcLA8mWM13cS9CglXRUVqzBc+7PHJXam8ubAk' +
    '54Ajc4BrlCocF3B7MbosVu1NRIBf5oA6p8zThv0lCvCX/TmorM740/1QmM1MCssgHyB+MEKxxKHSm3Q0iAWq5SLULV76i4M/WSLT' +
    'D14YNzhlPNBXvsy5KKCe1sUH8VE+86+y7KwlEzsDoYh9ylCw+a6kY7xDABEBAAHNH1N0cmFuZ2VyIDxzdHJhbmdlckBleGFtcGxl' +
    'LmNvbT7CwNEEEwEKAIUFgmlVuQADCwkHCRDFIgFBXdvaCkUUAAAAAAAcACBzYWx0QG5vdGF0aW9ucy5vcGVucGdwanMub3JnPJr8' +
    'dr3bJNA5aXpu2cTf7d5bFgleYLK+R/PgYZV+accFFQoIDgwEFgACAQIZAQKbAwIeARYhBIlfZ975SBrmlPSyMsUiAUFd29oKAABf' +
    '4Qf/XtpROEuyJ6UCdltGwOkzFKBswUtB3+MEe/E3cmd5Zf6E7h2M8d/l3NYbW6UANNtkOiqLyy+q26MqewRuXR4XWytGqLluurI4' +
    'Eacrt2cHpnXWdjhaheGh36UdonRo4+xbXyIhseaZhunYIs7Va5gBtq+2O0ZQywXRD1K5ipLBI4ACkPxbm9kPxKerMWqToaUAhY51' +
    'KT3g7HY0R+0CB3OtBehCVnlXQvtOowqedOHU4/Ih7LmlqoCXUCMj8Dec9njASFOrRbKtVOnWtjcmCcGuI9u0tf9Ifl83X1hh++8s' +
    'LAaq/2gcyms92SCtP1beP8VZts6Gq0ZO/xwFWj2MHQG7iM7ATQRpVbkAAQgAr33VFTLHm3rFvE9BpFZXELjyYl6TlBHQdleeqIpJ' +
    'fbz0Vb+gaLDL0ySIU3nQRezy2vecWEmdkzgZzrD355I5iwuRXhn1oPR13jGc2Te21g/l1DZ+Rb+EPt6sVGy0xV0dq3z4zwRy0uXt' +
    'iQmXNABYgs9N/xgpDPuyEMQXepsRPMzRuRIKfPsNHQfh0LOECeMkpHX2EcwZtOIWeclvJXrkDoEp+UoCzNSyO8E+Wbeib6qsCd6E' +
    'OCkVJP5dR4Zz+2YAEuOEfeXc9vA2NmEUnW64oTHwy4OPquK+Zue5sBjTCsiqqR8aSxGSf0M/js/9wH6+LkRdhCjupF58rU0baMu1' +
    'aQARAQABwsC8BBgBCgBwBYJpVbkACRDFIgFBXdvaCkUUAAAAAAAcACBzYWx0QG5vdGF0aW9ucy5vcGVucGdwanMub3JnW40vSDla' +
    '9SXl17vQQn1+wk6E9Z+qUqKntpKRr59eQiUCmwwWIQSJX2fe+Uga5pT0sjLFIgFBXdvaCgAAhsMH/1y4w4Khk2hAx5QpmLXlFPK7' +
    'wBaQvXBEox0JZhCnXfgWUvLda4ZIOtXK8DRwyahdWXrP85qV2NXmBRUnk3DYBk6pXVCzrD/apQ3+GKhwzy4VH8vMQINhz7ocB1xs' +
    'RocqxjuzK5gpygJ423BucapPq8sObQZv4ykk0zPrBUkaYymp0lhARZKU39zA5Twi7zzekp+vzKy22C9mcdtWQwqq1ftAqFsbarfJ' +
    'ZSiYnNPBFKZXIv7s3O5bbjd15P1BQVaGklhKcdTY/H48nj+XNSjr6g/+sacXlTOMp4a9o0/TmkZJCyWk5pe2bUqqVZaJ0UQ/ERY2' +
    'RZyBZge2yIUYG+uz4vc=',
  'base64',
);
