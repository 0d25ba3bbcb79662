{{- define "payt-mcp.labels" -}}
app.kubernetes.io/name: payt-mcp
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "payt-mcp.selector" -}}
app.kubernetes.io/name: payt-mcp
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: replica
{{- end }}

{{- define "payt-mcp.image" -}}
{{ required "image.repository: where you pushed what deploy/Dockerfile makes" .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "payt-mcp.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "payt-mcp.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "payt-mcp.env" -}}
{{- range $name := list "PAYT_PUBLIC_URL" "PAYT_OIDC_ISSUER" "PAYT_OIDC_CLIENT_ID" }}
{{- $_ := required (printf "settings.%s is needed" $name) (get $.Values.settings $name) }}
{{- end }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name := list "PAYT_DATABASE_URL" "PAYT_KEYS" "PAYT_OIDC_CLIENT_SECRET" "PAYT_CLIENT_SECRET" "PAYT_SMTP_URL" }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.secretName }}
      key: {{ $name }}
      optional: {{ not (has $name (list "PAYT_DATABASE_URL" "PAYT_KEYS")) }}
{{- end }}
{{- end }}

{{- /* The pod of `payt-mcp team COMMAND`. */}}
{{- define "payt-mcp.command" -}}
automountServiceAccountToken: false
enableServiceLinks: false # they would be PAYT_... variables, which are no settings
restartPolicy: Never
securityContext:
  {{- include "payt-mcp.podSecurity" .root | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: {{ .command }}
    image: {{ include "payt-mcp.image" .root }}
    args: [team, {{ .command }}]
    env:
      {{- include "payt-mcp.env" .root | trim | nindent 6 }}
    securityContext:
      {{- include "payt-mcp.containerSecurity" .root | nindent 6 }}
    resources:
      requests: {cpu: 50m, memory: 100Mi}
      limits: {memory: 256Mi}
{{- end }}
