/** The names that a kustomization file may have, in the order in which they are looked for. */
export const kustomizationFileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;
