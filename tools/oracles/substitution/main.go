// Answers what Flux's substitution and Argo CD's globs say, with their own libraries.
//
// A line of JSON comes in per question and one goes out, {"out": "..."} or {"error": "..."}:
// {"op": "envsubst", "text": "${a}", "vars": {"a": "1"}, "strict": true} evaluates a text,
// {"op": "flux", "text": "apiVersion: ...", "vars": {...}, "strict": true, "always": false} an object as a post-build does,
// {"op": "glob", "text": "a/b.yaml", "pattern": "*.yaml"} says "true" or "false".
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/pkg/envsubst"
	"github.com/fluxcd/pkg/kustomize"
	"github.com/gobwas/glob"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/provider"
)

type question struct {
	Op      string            `json:"op"`
	Text    string            `json:"text"`
	Pattern string            `json:"pattern"`
	Vars    map[string]string `json:"vars"`
	Strict  bool              `json:"strict"`
	Always  bool              `json:"always"`
}

type answer struct {
	Out   string `json:"out"`
	Error string `json:"error,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 0, 1<<20), 1<<24)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		text, err := answerTo(asked)
		said := answer{Out: text}
		if err != nil {
			said = answer{Error: err.Error()}
		}
		if err := out.Encode(said); err != nil {
			os.Exit(1)
		}
	}
}

func answerTo(asked question) (text string, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("panic: %v", thrown)
		}
	}()
	switch asked.Op {
	case "envsubst":
		return envsubst.Eval(asked.Text, func(name string) (string, bool) {
			value, known := asked.Vars[name]
			return value, known || !asked.Strict
		})
	case "flux":
		return substituted(asked)
	case "glob":
		compiled, err := glob.Compile(asked.Pattern)
		if err != nil {
			return "", err
		}
		return fmt.Sprint(compiled.Match(asked.Text)), nil
	}
	return "", fmt.Errorf("unknown operation %q", asked.Op)
}

func substituted(asked question) (string, error) {
	factory := provider.NewDefaultDepProvider().GetResourceFactory()
	resources, err := factory.SliceFromBytes([]byte(asked.Text))
	if err != nil {
		return "", err
	}
	vars := map[string]any{}
	for name, value := range asked.Vars {
		vars[name] = value
	}
	spec := map[string]any{"postBuild": map[string]any{"substitute": vars}}
	owner := unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	resource := resources[0]
	made, err := kustomize.SubstituteVariables(context.Background(), nil, owner, resource,
		kustomize.SubstituteWithDryRun(true),
		kustomize.SubstituteWithStrict(asked.Strict),
		kustomize.SubstituteWithAlways(asked.Always))
	if err != nil {
		return "", err
	}
	if made == nil {
		made = resource
	}
	bytes, err := made.AsYAML()
	return string(bytes), err
}
