/** Templates that fail while they run, and Go's words for it. */
export const failingTemplates: readonly (readonly [template: string, message: string])[] = [
  [
    '{{ .Values.a.b.c }}',
    'template: file:1:10: executing "file" at <.Values.a.b.c>: nil pointer evaluating interface {}.b',
  ],
  [
    '{{ .Values.s.x }}',
    'template: file:1:10: executing "file" at <.Values.s.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ .Values.l.x }}',
    'template: file:1:10: executing "file" at <.Values.l.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ .Values.num.x }}',
    'template: file:1:10: executing "file" at <.Values.num.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ (index .Values.l 0).x }}',
    'template: file:1:20: executing "file" at <0>: can\'t evaluate field x in type float64',
  ],
  [
    '{{ range .Values.l }}{{ .x }}{{ end }}',
    'template: file:1:24: executing "file" at <.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ range list nil }}{{ .x }}{{ end }}',
    'template: file:1:23: executing "file" at <.x>: nil pointer evaluating interface {}.x',
  ],
  [
    '{{ range $k, $v := .Values.m }}{{ $v.x.y }}{{ end }}',
    'template: file:1:36: executing "file" at <$v.x.y>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ with .Values.s }}{{ .x }}{{ end }}',
    'template: file:1:23: executing "file" at <.x>: can\'t evaluate field x in type string',
  ],
  [
    '{{ $x := .Values.s }}{{ $x.y }}',
    'template: file:1:26: executing "file" at <$x.y>: can\'t evaluate field y in type string',
  ],
  [
    '{{ $x := .Values }}{{ $x.s.y.z }}',
    'template: file:1:24: executing "file" at <$x.s.y.z>: can\'t evaluate field y in type interface {}',
  ],
  [
    '{{ upper .Values.num }}',
    'template: file:1:16: executing "file" at <.Values.num>: wrong type for value; expected string; got float64',
  ],
  [
    '{{ upper .Values.none }}',
    'template: file:1:16: executing "file" at <.Values.none>: wrong type for value; expected string; got interface {}',
  ],
  [
    '{{ .Values.none | upper }}',
    'template: file:1:18: executing "file" at <upper>: invalid value; expected string',
  ],
  [
    '{{ .Values.num | upper }}',
    'template: file:1:17: executing "file" at <upper>: wrong type for value; expected string; got float64',
  ],
  ['{{ upper 1 }}', 'template: file:1:9: executing "file" at <1>: expected string; found 1'],
  ['{{ upper nil }}', 'template: file:1:9: executing "file" at <nil>: cannot assign nil to string'],
  ['{{ upper true }}', 'template: file:1:9: executing "file" at <true>: expected string; found true'],
  [
    '{{ upper (list 1) }}',
    'template: file:1:15: executing "file" at <1>: wrong type for value; expected string; got []interface {}',
  ],
  ['{{ trunc 1.5 "a" }}', 'template: file:1:9: executing "file" at <1.5>: expected integer; found 1.5'],
  [
    '{{ trunc .Values.num "abc" }}',
    'template: file:1:16: executing "file" at <.Values.num>: wrong type for value; expected int; got float64',
  ],
  ['{{ trunc "x" "abc" }}', 'template: file:1:9: executing "file" at <"x">: expected integer; found "x"'],
  [
    '{{ trunc 3 }}',
    'template: file:1:3: executing "file" at <trunc>: wrong number of args for trunc: want 2 got 1',
  ],
  [
    '{{ trunc 3 "a" "b" }}',
    'template: file:1:3: executing "file" at <trunc>: wrong number of args for trunc: want 2 got 3',
  ],
  [
    '{{ "a" | trunc 3 "b" }}',
    'template: file:1:9: executing "file" at <trunc>: wrong number of args for trunc: want 2 got 3',
  ],
  [
    '{{ hasKey "a" "b" }}',
    'template: file:1:10: executing "file" at <"a">: can\'t handle "a" for arg of type map[string]interface {}',
  ],
  [
    '{{ hasKey 1 "b" }}',
    'template: file:1:10: executing "file" at <1>: can\'t handle 1 for arg of type map[string]interface {}',
  ],
  [
    '{{ hasKey .Values.s "b" }}',
    'template: file:1:17: executing "file" at <.Values.s>: wrong type for value; expected map[string]interface {}; got string',
  ],
  [
    '{{ hasKey .Values.l "b" }}',
    'template: file:1:17: executing "file" at <.Values.l>: wrong type for value; expected map[string]interface {}; got []interface {}',
  ],
  ['{{ hasKey .Values.m 1 }}', 'template: file:1:20: executing "file" at <1>: expected string; found 1'],
  [
    '{{ .Values.s "a" }}',
    'template: file:1:10: executing "file" at <.Values.s>: s is not a method but has arguments',
  ],
  [
    '{{ .Values.none.x "a" }}',
    'template: file:1:10: executing "file" at <.Values.none.x>: nil pointer evaluating interface {}.x',
  ],
  [
    '{{ "a" | .Values.s }}',
    'template: file:1:16: executing "file" at <.Values.s>: s is not a method but has arguments',
  ],
  ['{{ 1 2 }}', 'template: file:1:3: executing "file" at <1>: can\'t give argument to non-function 1'],
  [
    '{{ "a" "b" }}',
    'template: file:1:3: executing "file" at <"a">: can\'t give argument to non-function "a"',
  ],
  ['{{ . "b" }}', 'template: file:1:3: executing "file" at <.>: can\'t give argument to non-function .'],
  [
    '{{ (list 1) 2 }}',
    'template: file:1:3: executing "file" at <(list 1) 2>: can\'t give argument to non-function list 1',
  ],
  [
    '{{ 1 | (list 1) }}',
    'template: file:1:3: executing "file" at <1>: can\'t give argument to non-function list 1',
  ],
  [
    '{{ $x := 1 }}{{ $x 2 }}',
    'template: file:1:16: executing "file" at <$x>: can\'t give argument to non-function $x',
  ],
  ['{{ nil }}', 'template: file:1:3: executing "file" at <nil>: nil is not a command'],
  ['{{ nil 1 }}', 'template: file:1:3: executing "file" at <nil>: can\'t give argument to non-function nil'],
  [
    '{{ $.Values.a.b }}',
    'template: file:1:4: executing "file" at <$.Values.a.b>: nil pointer evaluating interface {}.b',
  ],
  [
    '{{ if .Values.a.b }}{{ end }}',
    'template: file:1:13: executing "file" at <.Values.a.b>: nil pointer evaluating interface {}.b',
  ],
  ['{{ if upper 1 }}{{ end }}', 'template: file:1:12: executing "file" at <1>: expected string; found 1'],
  [
    '{{ range 1.5 }}{{ end }}',
    'template: file:1:9: executing "file" at <1.5>: range can\'t iterate over 1.5',
  ],
  ['{{ range "a" }}{{ end }}', 'template: file:1:9: executing "file" at <"a">: range can\'t iterate over a'],
  [
    '{{ range true }}{{ end }}',
    'template: file:1:9: executing "file" at <true>: range can\'t iterate over true',
  ],
  [
    '{{ range $a, $b := 3 }}{{ end }}',
    'template: file:1:19: executing "file" at <3>: can\'t use 3 to iterate over more than one variable',
  ],
  ['{{ $y = 1 }}', 'template: file:1:8: executing "file" at <1>: undefined variable: $y'],
  [
    '{{ range $q = list 1 }}{{ end }}',
    'template: file:1:19: executing "file" at <1>: undefined variable: $q',
  ],
  [
    '{{ template "none" . }}',
    'template: file:1:12: executing "file" at <{{template "none" .}}>: template "none" not defined',
  ],
  [
    '{{ include "none" . }}',
    'template: file:1:3: executing "file" at <include "none" .>: error calling include: template: no template "none" associated with template "gotpl"',
  ],
  [
    '{{ eq 1 "a" }}',
    'template: file:1:3: executing "file" at <eq 1 "a">: error calling eq: incompatible types for comparison: int and string',
  ],
  [
    '{{ eq 1 1.0 }}',
    'template: file:1:3: executing "file" at <eq 1 1.0>: error calling eq: incompatible types for comparison: int and float64',
  ],
  [
    '{{ eq .Values.num 1 }}',
    'template: file:1:3: executing "file" at <eq .Values.num 1>: error calling eq: incompatible types for comparison: float64 and int',
  ],
  [
    '{{ eq .Values.m .Values.l }}',
    'template: file:1:3: executing "file" at <eq .Values.m .Values.l>: error calling eq: non-comparable types map[j:z k:map[x:%!s(float64=1)]]: map[string]interface {}, []interface {}: [1 b map[c:d]]',
  ],
  [
    '{{ eq .Values.l .Values.l }}',
    'template: file:1:3: executing "file" at <eq .Values.l .Values.l>: error calling eq: non-comparable type [%!s(float64=1) b map[c:d]]: []interface {}',
  ],
  [
    '{{ eq 1 }}',
    'template: file:1:3: executing "file" at <eq 1>: error calling eq: missing argument for comparison',
  ],
  [
    '{{ eq }}',
    'template: file:1:3: executing "file" at <eq>: wrong number of args for eq: want at least 1 got 0',
  ],
  [
    '{{ lt 1 "a" }}',
    'template: file:1:3: executing "file" at <lt 1 "a">: error calling lt: incompatible types for comparison: int and string',
  ],
  [
    '{{ lt .Values.l 1 }}',
    'template: file:1:3: executing "file" at <lt .Values.l 1>: error calling lt: invalid type for comparison',
  ],
  [
    '{{ lt true false }}',
    'template: file:1:3: executing "file" at <lt true false>: error calling lt: invalid type for comparison',
  ],
  [
    '{{ lt nil 1 }}',
    'template: file:1:3: executing "file" at <lt nil 1>: error calling lt: invalid type for comparison',
  ],
  [
    '{{ gt 1 nil }}',
    'template: file:1:3: executing "file" at <gt 1 nil>: error calling gt: invalid type for comparison',
  ],
  [
    '{{ ne 1 "a" }}',
    'template: file:1:3: executing "file" at <ne 1 "a">: error calling ne: incompatible types for comparison: int and string',
  ],
  ['{{ len 3 }}', 'template: file:1:3: executing "file" at <len 3>: error calling len: len of type int'],
  [
    '{{ len nil }}',
    'template: file:1:3: executing "file" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value',
  ],
  [
    '{{ len .Values.none }}',
    'template: file:1:3: executing "file" at <len .Values.none>: error calling len: len of nil pointer',
  ],
  [
    '{{ len (.Values.none) }}',
    'template: file:1:3: executing "file" at <len (.Values.none)>: error calling len: reflect: call of reflect.Value.Type on zero Value',
  ],
  [
    '{{ len true }}',
    'template: file:1:3: executing "file" at <len true>: error calling len: len of type bool',
  ],
  [
    '{{ index nil 1 }}',
    'template: file:1:3: executing "file" at <index nil 1>: error calling index: index of untyped nil',
  ],
  [
    '{{ index .Values.none 1 }}',
    'template: file:1:3: executing "file" at <index .Values.none 1>: error calling index: index of untyped nil',
  ],
  [
    '{{ index 1 1 }}',
    'template: file:1:3: executing "file" at <index 1 1>: error calling index: can\'t index item of type int',
  ],
  [
    '{{ index .Values.l "a" }}',
    'template: file:1:3: executing "file" at <index .Values.l "a">: error calling index: cannot index slice/array with type string',
  ],
  [
    '{{ index .Values.l 1.0 }}',
    'template: file:1:3: executing "file" at <index .Values.l 1.0>: error calling index: cannot index slice/array with type float64',
  ],
  [
    '{{ index .Values.l nil }}',
    'template: file:1:3: executing "file" at <index .Values.l nil>: error calling index: cannot index slice/array with nil',
  ],
  [
    '{{ index .Values.l 100 }}',
    'template: file:1:3: executing "file" at <index .Values.l 100>: error calling index: index out of range: 100',
  ],
  [
    '{{ index .Values.l 3 }}',
    'template: file:1:3: executing "file" at <index .Values.l 3>: error calling index: reflect: slice index out of range',
  ],
  [
    '{{ index .Values.s 3 }}',
    'template: file:1:3: executing "file" at <index .Values.s 3>: error calling index: reflect: string index out of range',
  ],
  [
    '{{ index .Values.m 1 }}',
    'template: file:1:3: executing "file" at <index .Values.m 1>: error calling index: value has type int; should be string',
  ],
  [
    '{{ index .Values.m nil }}',
    'template: file:1:3: executing "file" at <index .Values.m nil>: error calling index: value is nil; should be of type string',
  ],
  [
    '{{ index .Values.m "none" "x" }}',
    'template: file:1:3: executing "file" at <index .Values.m "none" "x">: error calling index: index of nil pointer',
  ],
  [
    '{{ index .Values.num 1 }}',
    'template: file:1:3: executing "file" at <index .Values.num 1>: error calling index: can\'t index item of type float64',
  ],
  [
    '{{ call 1 }}',
    'template: file:1:3: executing "file" at <call 1>: error calling call: non-function 1 of type int',
  ],
  ['{{ call nil }}', 'template: file:1:3: executing "file" at <call nil>: error calling call: call of nil'],
  [
    '{{ call .Values.s 1 }}',
    'template: file:1:3: executing "file" at <call .Values.s 1>: error calling call: non-function .Values.s of type string',
  ],
  [
    '{{ call .Values.none }}',
    'template: file:1:3: executing "file" at <call .Values.none>: error calling call: call of nil',
  ],
  [
    '{{ and }}',
    'template: file:1:3: executing "file" at <and>: wrong number of args for and: want at least 1 got 0',
  ],
  [
    '{{ or }}',
    'template: file:1:3: executing "file" at <or>: wrong number of args for or: want at least 1 got 0',
  ],
  ['{{ not }}', 'template: file:1:3: executing "file" at <not>: wrong number of args for not: want 1 got 0'],
  [
    '{{ not 1 2 }}',
    'template: file:1:3: executing "file" at <not>: wrong number of args for not: want 1 got 2',
  ],
  ['{{ and 1 (upper 1) }}', 'template: file:1:16: executing "file" at <1>: expected string; found 1'],
  [
    '{{ or 0 .Values.a.b }}',
    'template: file:1:15: executing "file" at <.Values.a.b>: nil pointer evaluating interface {}.b',
  ],
  ['{{ printf 1 }}', 'template: file:1:10: executing "file" at <1>: expected string; found 1'],
  [
    '{{ printf }}',
    'template: file:1:3: executing "file" at <printf>: wrong number of args for printf: want at least 1 got 0',
  ],
  [
    '{{ printf .Values.num }}',
    'template: file:1:17: executing "file" at <.Values.num>: wrong type for value; expected string; got float64',
  ],
  [
    '{{ print (.Values.s.x) }}',
    'template: file:1:17: executing "file" at <.Values.s.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ (.Values.s).x }}',
    'template: file:1:11: executing "file" at <.Values.s>: can\'t evaluate field x in type string',
  ],
  [
    '{{ ((.Values).s).x }}',
    'template: file:1:5: executing "file" at <.Values>: can\'t evaluate field x in type string',
  ],
  [
    '{{ (upper "a").x }}',
    'template: file:1:10: executing "file" at <"a">: can\'t evaluate field x in type string',
  ],
  [
    '{{ (dict "a" nil).a.b }}',
    'template: file:1:13: executing "file" at <nil>: nil pointer evaluating interface {}.b',
  ],
  [
    '{{ (dict "a" 1).a.b }}',
    'template: file:1:13: executing "file" at <1>: can\'t evaluate field b in type interface {}',
  ],
  [
    '{{ (list 1 2).x }}',
    'template: file:1:11: executing "file" at <2>: can\'t evaluate field x in type []interface {}',
  ],
  ['{{ (nil).x }}', 'template: file:1:4: executing "file" at <nil>: nil is not a command'],
  [
    '{{ 9223372036854775808 }}',
    'template: file:1:3: executing "file" at <9223372036854775808>: 9223372036854775808 overflows int',
  ],
  [
    '{{ 0x1p-2 }}{{ upper 0x1p-2 }}',
    'template: file:1:21: executing "file" at <0x1p-2>: expected string; found 0x1p-2',
  ],
  [
    '{{ template "x" 1 2 }}',
    'template: file:1:12: executing "file" at <{{template "x" 1 2}}>: template "x" not defined',
  ],
  [
    '{{ if false }}{{ $w := 1 }}{{ else }}{{ $w }}{{ end }}',
    'template: file:1:40: executing "file" at <$w>: undefined variable: $w',
  ],
  ['{{ . . }}', 'template: file:1:3: executing "file" at <.>: can\'t give argument to non-function .'],
  ['{{ $.x $ }}', 'template: file:1:4: executing "file" at <$.x>: x is not a method but has arguments'],
  [
    '{{ if upper "a" "b" }}{{ end }}',
    'template: file:1:6: executing "file" at <upper>: wrong number of args for upper: want 1 got 2',
  ],
  [
    '{{ upper "a" | upper 1 }}',
    'template: file:1:15: executing "file" at <upper>: wrong number of args for upper: want 1 got 2',
  ],
  [
    '{{ if and (eq 1 1) (upper 1) }}{{ end }}',
    'template: file:1:26: executing "file" at <1>: expected string; found 1',
  ],
  [
    '{{ dict "a" (dict "b" (upper 1)) }}',
    'template: file:1:29: executing "file" at <1>: expected string; found 1',
  ],
  [
    '{{ slice }}',
    'template: file:1:3: executing "file" at <slice>: wrong number of args for slice: want at least 1 got 0',
  ],
  ['{{\nupper\n\n1 }}', 'template: file:4:0: executing "file" at <1>: expected string; found 1'],
  [
    'x{{ .Values.s.x }}é {{ "é" }}{{ .Values.s.x }}',
    'template: file:1:11: executing "file" at <.Values.s.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ "日本" }} {{ .Values.s.x }}',
    'template: file:1:25: executing "file" at <.Values.s.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ include "deep" . }}',
    'template: file:1:3: executing "file" at <include "deep" .>: error calling include: template: helpers:1:22: executing "deep" at <include "deeper" .>: error calling include: template: helpers:3:11: executing "deeper" at <.Values.s.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ template "deep" . }}',
    'template: helpers:1:22: executing "deep" at <include "deeper" .>: error calling include: template: helpers:3:11: executing "deeper" at <.Values.s.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ include "defs" (list 1) }}',
    'template: file:1:3: executing "file" at <include "defs" (list 1)>: error calling include: template: helpers:3:49: executing "defs" at <.x>: can\'t evaluate field x in type []interface {}',
  ],
  [
    '{{ "a" | include }}',
    'template: file:1:9: executing "file" at <include>: wrong number of args for include: want 2 got 1',
  ],
  [
    '{{ include "deep" }}',
    'template: file:1:3: executing "file" at <include>: wrong number of args for include: want 2 got 1',
  ],
  [
    '{{ $x := include "deep" . }}',
    'template: file:1:9: executing "file" at <include "deep" .>: error calling include: template: helpers:1:22: executing "deep" at <include "deeper" .>: error calling include: template: helpers:3:11: executing "deeper" at <.Values.s.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ "x" | upper | trunc 1 | upper 2 }}',
    'template: file:1:27: executing "file" at <upper>: wrong number of args for upper: want 1 got 2',
  ],
  [
    '{{ html .Values.s.x }}',
    'template: file:1:15: executing "file" at <.Values.s.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ list 1 2 | index 1 }}',
    'template: file:1:14: executing "file" at <index 1>: error calling index: can\'t index item of type int',
  ],
  [
    '{{ index (list 1 2) -1 }}',
    'template: file:1:3: executing "file" at <index (list 1 2) -1>: error calling index: index out of range: -1',
  ],
  [
    '{{ urlquery }}{{ js }}{{ print }}{{ upper }}',
    'template: file:1:36: executing "file" at <upper>: wrong number of args for upper: want 1 got 0',
  ],
  [
    '{{ .Values.big.x }}',
    'template: file:1:10: executing "file" at <.Values.big.x>: can\'t evaluate field x in type interface {}',
  ],
  [
    '{{ $x := list 1 }}{{ range $x }}{{ $x.y }}{{ end }}',
    'template: file:1:37: executing "file" at <$x.y>: can\'t evaluate field y in type []interface {}',
  ],
  [
    '{{ range $i, $e := list "a" }}{{ $e.y }}{{ end }}',
    'template: file:1:35: executing "file" at <$e.y>: can\'t evaluate field y in type interface {}',
  ],
  [
    '{{ range $i, $e := list "a" }}{{ $i.y }}{{ end }}',
    'template: file:1:35: executing "file" at <$i.y>: can\'t evaluate field y in type int',
  ],
  [
    '{{ range dict "k" "v" }}{{ .y }}{{ end }}',
    'template: file:1:27: executing "file" at <.y>: can\'t evaluate field y in type interface {}',
  ],
  [
    '{{ (.Values.l | len).x }}',
    'template: file:1:16: executing "file" at <len>: can\'t evaluate field x in type int',
  ],
  ['{{ default 1 (upper 2) }}', 'template: file:1:20: executing "file" at <2>: expected string; found 2'],
];
