{{/* The labels that find a component's pods. They never change: a selector is immutable. */}}
{{- define "notes.selector" -}}
app.kubernetes.io/name: notes
app.kubernetes.io/instance: {{ .release }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* The Secret with the database's password. */}}
{{- define "notes.secret" -}}
{{ .Values.database.existingSecret | default (printf "%s-database" .Release.Name) }}
{{- end -}}

{{/* How the application reaches the database: libpq's own variables. */}}
{{- define "notes.env" -}}
- name: PGHOST
  value: {{ .Release.Name }}-database
- name: PGUSER
  value: notes
- name: PGDATABASE
  value: notes
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "notes.secret" . }}
      key: password
- name: NOTES_LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
{{- end -}}

{{/* The user id is the argument: PostgreSQL's must have a name in the image's /etc/passwd. */}}
{{- define "notes.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "notes.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
