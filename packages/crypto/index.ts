export { createCertificate } from './x509/certificate.ts';
export type { CertificateRequest, DistinguishedName } from './x509/certificate.ts';
