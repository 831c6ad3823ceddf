{{- define "shop.labels" -}}
app.kubernetes.io/name: shop
app.kubernetes.io/instance: {{ .release }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "shop.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "shop.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* The pod of everything but the database: root is the chart's, command what of the shop it runs. */}}
{{- define "shop.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 5
securityContext:
  {{- include "shop.podSecurity" 65532 | nindent 2 }}
containers:
  - name: {{ .component }}
    image: {{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}
    imagePullPolicy: IfNotPresent
    command: [shop, {{ .command }}]
    env:
      - {name: PGHOST, value: {{ .root.Release.Name }}-database}
      - {name: PGUSER, value: shop}
      - {name: PGDATABASE, value: shop}
      - name: PGPASSWORD
        valueFrom:
          secretKeyRef: {name: {{ .root.Release.Name }}-database, key: password}
    {{- if eq .command "serve" }}
    ports:
      - {containerPort: 8080}
    readinessProbe:
      tcpSocket: {port: 8080}
      periodSeconds: 1
    {{- end }}
    securityContext:
      {{- include "shop.containerSecurity" . | nindent 6 }}
    volumeMounts:
      - {name: tmp, mountPath: /tmp}
volumes:
  - {name: tmp, emptyDir: {}}
{{- end }}
