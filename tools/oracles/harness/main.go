// Renders charts with Helm's own library, many times in one warm process, and says how long each took.
//
// A line of JSON comes in per chart, {"path": "...", "values": ["file"], "times": 5}, and one goes out:
// {"path": "...", "ok": true, "loadMs": 1.2, "ms": 3.4, "cpuMs": 3.6, "bytes": 1234}. What `helm template` does after the
// chart was loaded is timed: by the clock, and by what all threads of this process took of the processors, which a busy
// machine changes less. Medians are told.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"sort"
	"syscall"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/getter"
)

type task struct {
	Path   string   `json:"path"`
	Values []string `json:"values"`
	Times  int      `json:"times"`
}

type answer struct {
	Path   string  `json:"path"`
	OK     bool    `json:"ok"`
	Error  string  `json:"error,omitempty"`
	LoadMs float64 `json:"loadMs"`
	Ms     float64 `json:"ms"`
	CPUMs  float64 `json:"cpuMs"`
	Bytes  int     `json:"bytes"`
}

func main() {
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var wanted task
		if err := json.Unmarshal(lines.Bytes(), &wanted); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := out.Encode(measure(wanted)); err != nil {
			os.Exit(1)
		}
	}
}

func measure(wanted task) answer {
	found := answer{Path: wanted.Path}
	var loads, renders, processors []float64
	for i := 0; i < max(1, wanted.Times); i++ {
		// Rendering changes a chart that was loaded, so each render gets one of its own.
		began := time.Now()
		chart, err := loader.Load(wanted.Path)
		if err != nil {
			found.Error = err.Error()
			return found
		}
		loads = append(loads, since(began))
		began = time.Now()
		used := processor()
		options := values.Options{ValueFiles: wanted.Values}
		merged, err := options.MergeValues(getter.All(cli.New()))
		if err != nil {
			found.Error = err.Error()
			return found
		}
		install := action.NewInstall(&action.Configuration{Log: func(string, ...interface{}) {}})
		install.DryRun = true
		install.ClientOnly = true
		install.Replace = true
		install.ReleaseName = "rel"
		install.Namespace = "demo"
		install.KubeVersion = &chartutil.KubeVersion{Version: "v1.33.0", Major: "1", Minor: "33"}
		if err := action.CheckDependencies(chart, chart.Metadata.Dependencies); err != nil {
			found.Error = err.Error()
			return found
		}
		release, err := install.Run(chart, merged)
		if err != nil {
			found.Error = err.Error()
			return found
		}
		renders = append(renders, since(began))
		processors = append(processors, processor()-used)
		found.Bytes = len(release.Manifest)
	}
	found.OK = true
	found.LoadMs = median(loads)
	found.Ms = median(renders)
	found.CPUMs = median(processors)
	return found
}

func since(began time.Time) float64 {
	return float64(time.Since(began).Microseconds()) / 1000
}

// processor tells the milliseconds that this process has spent on processors.
func processor() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	all := usage.Utime.Nano() + usage.Stime.Nano()
	return float64(all) / 1e6
}

func median(all []float64) float64 {
	sort.Float64s(all)
	return all[len(all)/2]
}
