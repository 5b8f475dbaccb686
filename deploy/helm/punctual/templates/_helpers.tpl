{{/* The enabled services, as YAML: name -> values. */}}
{{- define "punctual.services" -}}
{{- range $name, $service := .Values.services }}
{{- if $service.enabled }}
{{ $name }}: {{ $service | toJson }}
{{- end }}
{{- end }}
{{- end }}

{{- define "punctual.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: punctual
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* Never changes, so that a release can be upgraded. */}}
{{- define "punctual.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: punctual
{{- end }}

{{- define "punctual.image" -}}
{{- $image := .root.Values.image -}}
{{- $digest := get $image.digests .name -}}
{{- $path := printf "%s/%s" (required "image.registry is required: where your images are" $image.registry) .name -}}
{{- if $digest }}{{ $path }}@{{ $digest }}{{ else }}{{ $path }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end -}}
{{- end }}

{{/* Hardened like the containers of docker-compose.yml. */}}
{{- define "punctual.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}
{{- define "punctual.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* What every process needs to sign in to NATS and to send telemetry. */}}
{{- define "punctual.commonEnv" -}}
- { name: NATS_URL, value: {{ required "nats.url is required: the addresses of your NATS servers" .root.Values.nats.url | quote }} }
- { name: NATS_USER, value: {{ .name | quote }} }
- name: NATS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .root.Values.nats.passwordSecret | replace "{service}" .name }}, key: NATS_PASSWORD } }
{{ include "punctual.telemetryEnv" . }}
{{- include "punctual.ownEnv" . }}
{{- end }}

{{- define "punctual.telemetryEnv" -}}
- { name: OTEL_SERVICE_NAME, value: {{ .name | quote }} }
{{- with .root.Values.otel.endpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }} }
{{- end }}
{{- if and .root.Values.metrics.enabled .isScraped }}
- { name: OTEL_METRICS_EXPORTER, value: prometheus }
- { name: OTEL_EXPORTER_PROMETHEUS_HOST, value: 0.0.0.0 }
- { name: OTEL_EXPORTER_PROMETHEUS_PORT, value: {{ .root.Values.metrics.port | int | quote }} }
{{- end }}
{{- if .root.Values.caSecret }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/punctual/ca/ca.crt }
{{- end }}
{{- end }}

{{- define "punctual.ownEnv" -}}
{{- range $key, $value := .settings.env }}
- { name: {{ $key }}, value: {{ $value | quote }} }
{{- end }}
{{- range $key, $from := .settings.secretEnv }}
- name: {{ $key }}
  valueFrom: { secretKeyRef: { name: {{ $from.secret }}, key: {{ $from.key }} } }
{{- end }}
{{- end }}

{{/* Of what runs before an install or upgrade, in the order of the weight; kept only if it fails. */}}
{{- define "punctual.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{- define "punctual.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- end }}

{{- define "punctual.mounts" -}}
{{- if .root.Values.caSecret }}
- { name: ca, mountPath: /etc/punctual/ca, readOnly: true }
{{- end }}
{{- range $name, $_ := .settings.secretMounts }}
- { name: secret-{{ $name }}, mountPath: /etc/punctual/{{ $name }}, readOnly: true }
{{- end }}
- { name: tmp, mountPath: /tmp }
{{- end }}
{{- define "punctual.volumes" -}}
{{- with .root.Values.caSecret }}
- { name: ca, secret: { secretName: {{ . }} } }
{{- end }}
{{- range $name, $secret := .settings.secretMounts }}
- { name: secret-{{ $name }}, secret: { secretName: {{ $secret }} } }
{{- end }}
- { name: tmp, emptyDir: { sizeLimit: {{ .settings.tmpSize | default "16Mi" }} } }
{{- end }}

{{/* Where Prometheus finds the metrics of a pod, and who may fetch them. */}}
{{- define "punctual.scrapeAnnotations" -}}
prometheus.io/scrape: "true"
prometheus.io/port: {{ .Values.metrics.port | int | quote }}
prometheus.io/path: /metrics
{{- end }}
{{- define "punctual.scrapeIngress" -}}
{{- if .Values.metrics.enabled }}
- ports: [{ port: metrics, protocol: TCP }]
  {{- with .Values.metrics.from }}
  from: {{ toJson . }}
  {{- end }}
{{- end }}
{{- end }}
