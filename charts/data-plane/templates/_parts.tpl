{{/* Labels of every object. Call with the root context. */}}
{{- define "data-plane.labels" -}}
{{ include "data-plane.podLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Those of a pod: nothing that changes with the chart alone, or every pod would be replaced. */}}
{{- define "data-plane.podLabels" -}}
app.kubernetes.io/name: cityos-data-plane
app.kubernetes.io/instance: {{ .Values.tenant.slug }}
app.kubernetes.io/part-of: cityos
cityos.dev/tenant: {{ .Values.tenant.id }}
{{- end }}

{{/* A version as a label may hold it. */}}
{{- define "data-plane.version" -}}
{{ replace "+" "-" . | trunc 63 | trimSuffix "-" | trimSuffix "." }}
{{- end }}

{{/* The labels by which pods of a role (and release) are found. Call with (dict "role" … "suffix" … or no suffix). */}}
{{- define "data-plane.selector" -}}
cityos.dev/role: {{ .role }}
{{- with .suffix }}
cityos.dev/release-suffix: {{ . | quote }}
{{- end }}
{{- end }}

{{/* A selector for all of some labels; an empty map selects everything. */}}
{{- define "data-plane.matching" -}}
{{- if empty . }}{}{{ else }}{{ toYaml (dict "matchLabels" .) }}{{ end }}
{{- end }}

{{/* A `peer` value as the list a network policy wants; `[]` when it names nobody, which must not become a rule. */}}
{{- define "data-plane.peers" -}}
{{- $peers := list -}}
{{- $labelled := dict -}}
{{- if kindIs "map" .namespaceSelector -}}
{{- $_ := set $labelled "namespaceSelector" (include "data-plane.matching" .namespaceSelector | fromYaml) -}}
{{- end -}}
{{- if kindIs "map" .podSelector -}}
{{- $_ := set $labelled "podSelector" (include "data-plane.matching" .podSelector | fromYaml) -}}
{{- end -}}
{{- if $labelled -}}{{- $peers = append $peers $labelled -}}{{- end -}}
{{- range .cidrs -}}{{- $peers = append $peers (dict "ipBlock" (dict "cidr" .)) -}}{{- end -}}
{{- toYaml $peers -}}
{{- end }}

{{/* One rule of a network policy as a list of one, or nothing. Call with (dict "peer" … "direction" "from"|"to" "ports" list of numbers). */}}
{{- define "data-plane.rule" -}}
{{- $peers := include "data-plane.peers" .peer | fromYamlArray -}}
{{- if $peers -}}
{{- $ports := list -}}
{{- range .ports -}}{{- $ports = append $ports (dict "port" (int .) "protocol" "TCP") -}}{{- end -}}
{{- toYaml (list (dict .direction $peers "ports" $ports)) -}}
{{- end -}}
{{- end }}

{{/* What every pod of the tenant has in common: no token, no root, nothing it could write to but what is mounted. */}}
{{- define "data-plane.pod" -}}
serviceAccountName: data-plane
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
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

{{- define "data-plane.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* The process itself. Call with (dict "root" $ "role" … "release" … "settings" .Values.web|worker). */}}
{{- define "data-plane.container" -}}
name: data-plane
image: {{ .release.image | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
command:
  - node
  # The same settings as on one machine: a small heap needs a young generation of fixed size (docs/performance.md).
  - --max-old-space-size={{ .settings.heapMegabytes }}
  - --max-semi-space-size=8
  - --enable-source-maps
  - /opt/cityos/data-plane.mjs
env:
  - { name: CITYOS_BINDING_FILE, value: /etc/cityos/binding/binding.json }
  - { name: MALLOC_ARENA_MAX, value: "1" }
  - { name: NODE_ENV, value: production }
ports:
  - { name: http, containerPort: {{ .root.Values.web.port }}, protocol: TCP }
startupProbe:
  httpGet: { path: /health, port: http }
  periodSeconds: 1
  failureThreshold: 120
readinessProbe:
  httpGet: { path: /health, port: http }
  periodSeconds: 5
  timeoutSeconds: 3
livenessProbe:
  # Asks for nothing but an answer: a database that is away restarts nobody.
  httpGet: { path: /alive, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
resources: {{- toYaml .settings.resources | nindent 2 }}
securityContext: {{- include "data-plane.containerSecurity" . | nindent 2 }}
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  - { name: binding, mountPath: /etc/cityos/binding, readOnly: true }
  - { name: files, mountPath: /var/lib/cityos }
  - { name: temporary, mountPath: /tmp }
{{- end }}

{{- define "data-plane.volumes" -}}
- name: binding
  secret:
    secretName: {{ .root.Values.binding.secretPrefix }}{{ .release.suffix }}
    items: [{ key: {{ .role }}.json, path: binding.json }]
    defaultMode: 0440
- name: files
  persistentVolumeClaim: { claimName: files }
- name: temporary
  emptyDir: { sizeLimit: 256Mi }
{{- end }}

{{/* Hosts that have a certificate of their own, or are to get one: whether this tenant serves TLS. */}}
{{- define "data-plane.secureHosts" -}}
{{- $secure := dict -}}
{{- range .Values.gateway.certificates -}}{{- $_ := set $secure .host .secretName -}}{{- end -}}
{{- if .Values.gateway.certificateIssuer -}}
{{- range .Values.hosts -}}{{- if not (hasKey $secure .) -}}{{- $_ := set $secure . (printf "certificate-%s" (sha256sum . | trunc 10)) -}}{{- end -}}{{- end -}}
{{- end -}}
{{- $served := dict -}}
{{- range .Values.hosts -}}{{- if hasKey $secure . -}}{{- $_ := set $served . (get $secure .) -}}{{- end -}}{{- end -}}
{{- toYaml $served -}}
{{- end }}

{{/* The doors of a host (docs/design.md, 9). */}}
{{- define "data-plane.doors" -}}
- {{ . | quote }}
- {{ printf "admin.%s" . | quote }}
- {{ printf "vendor.%s" . | quote }}
- {{ printf "api.%s" . | quote }}
{{- end }}
