{{/* Labels of every object. */}}
{{- define "control-plane.labels" -}}
{{ include "control-plane.podLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Those of a pod: nothing that changes with the chart alone, or every pod would be replaced. */}}
{{- define "control-plane.podLabels" -}}
app.kubernetes.io/name: cityos-control-plane
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: cityos
app.kubernetes.io/version: {{ .Values.image.tag | trunc 63 | trimSuffix "-" | trimSuffix "." | quote }}
{{- end }}

{{/* The labels by which the pods are found. */}}
{{- define "control-plane.selector" -}}
cityos.dev/role: control-plane
{{- end }}

{{/* A selector for all of some labels; an empty map selects everything. */}}
{{- define "control-plane.matching" -}}
{{- if empty . }}{}{{ else }}{{ toYaml (dict "matchLabels" .) }}{{ end }}
{{- end }}

{{/* A `peer` value as the list a network policy wants; `[]` when it names nobody, which must not become a rule. */}}
{{- define "control-plane.peers" -}}
{{- $peers := list -}}
{{- $labelled := dict -}}
{{- if kindIs "map" .namespaceSelector -}}
{{- $_ := set $labelled "namespaceSelector" (include "control-plane.matching" .namespaceSelector | fromYaml) -}}
{{- end -}}
{{- if kindIs "map" .podSelector -}}
{{- $_ := set $labelled "podSelector" (include "control-plane.matching" .podSelector | fromYaml) -}}
{{- end -}}
{{- if $labelled -}}{{- $peers = append $peers $labelled -}}{{- end -}}
{{- range .cidrs -}}{{- $peers = append $peers (dict "ipBlock" (dict "cidr" .)) -}}{{- end -}}
{{- toYaml $peers -}}
{{- end }}

{{/* One rule of a network policy as a list of one, or nothing. Call with (dict "peer" … "direction" "from"|"to" "ports" list of numbers). */}}
{{- define "control-plane.rule" -}}
{{- $peers := include "control-plane.peers" .peer | fromYamlArray -}}
{{- if $peers -}}
{{- $ports := list -}}
{{- range .ports -}}{{- $ports = append $ports (dict "port" (int .) "protocol" "TCP") -}}{{- end -}}
{{- toYaml (list (dict .direction $peers "ports" $ports)) -}}
{{- end -}}
{{- end }}

{{- define "control-plane.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "control-plane.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "control-plane.scheduling" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.scheduling.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.scheduling.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.scheduling.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
