// The real programs that conformance runs compare with, by pinned version. None of them is part of the product.

/** Programs that `go install` builds from their own module. */
export const modules = {
  helm3: { module: 'helm.sh/helm/v3/cmd/helm', version: 'v3.21.4', program: 'helm' },
  helm4: { module: 'helm.sh/helm/v4/cmd/helm', version: 'v4.2.4', program: 'helm' },
  kustomize: { module: 'sigs.k8s.io/kustomize/kustomize/v5', version: 'v5.8.1', program: 'kustomize' },
  jsonnet: { module: 'github.com/google/go-jsonnet/cmd/jsonnet', version: 'v0.22.0', program: 'jsonnet' },
  kwok: { module: 'sigs.k8s.io/kwok/cmd/kwok', version: 'v0.8.0' },
  // Its own go.mod replaces modules, which `go install` refuses; the same replacements are made from outside.
  'kustomize-controller': {
    module: 'github.com/fluxcd/kustomize-controller',
    version: 'v1.9.4',
    replaced: {
      'github.com/fluxcd/kustomize-controller/api': 'v1.9.4',
      'github.com/opencontainers/go-digest': 'v1.0.1-0.20220411205349-bde1400a84be',
      'sigs.k8s.io/kustomize/api': 'v0.21.1',
      'sigs.k8s.io/kustomize/kyaml': 'v0.21.1',
    },
  },
};

/** Programs of ours around libraries, from a folder beside this file. */
export const harnesses = {
  'helm-harness': { module: 'helm.sh/helm/v3', version: 'v3.21.4', folder: 'harness' },
  // The version of kustomize-controller 1.9.4, which brings envsubst 1.7.0 along; Argo CD's globs are those of gobwas.
  substitution: { module: 'github.com/fluxcd/pkg/kustomize', version: 'v1.35.4', folder: 'substitution' },
};

/** Programs of one wrapper module around Kubernetes, whose own modules are not published with usable versions. */
export const kubernetes = {
  version: 'v1.36.3',
  etcd: 'v3.6.8',
  programs: {
    'kube-apiserver': {
      imports: ['"k8s.io/component-base/cli"', '"k8s.io/kubernetes/cmd/kube-apiserver/app"'],
      main: 'os.Exit(cli.Run(app.NewAPIServerCommand()))',
    },
    'kube-controller-manager': {
      imports: ['"k8s.io/component-base/cli"', '"k8s.io/kubernetes/cmd/kube-controller-manager/app"'],
      main: 'os.Exit(cli.Run(app.NewControllerManagerCommand()))',
    },
    'kubectl-1.36': {
      imports: ['"k8s.io/component-base/cli"', '"k8s.io/kubectl/pkg/cmd"'],
      main: 'os.Exit(cli.Run(cmd.NewDefaultKubectlCommand()))',
    },
    etcd: {
      imports: ['"go.etcd.io/etcd/server/v3/etcdmain"'],
      main: 'etcdmain.Main(os.Args)',
    },
  },
};
