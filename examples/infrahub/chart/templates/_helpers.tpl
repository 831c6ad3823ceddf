{{/* A component's workload: release, service (its name), kind, replicas, command, values. */}}
{{- define "infrahub.workload" -}}
apiVersion: apps/v1
kind: {{ .kind }}
metadata:
  name: {{ .release }}-{{ .service }}
  labels:
    app.kubernetes.io/name: infrahub
spec:
  replicas: {{ .replicas }}
  {{- if eq .kind "StatefulSet" }}
  serviceName: {{ .release }}-{{ .service }}
  {{- end }}
  selector:
    matchLabels: &labels
      app.kubernetes.io/instance: {{ .release }}
      infrahub/service: {{ .service }}
  template:
    metadata:
      labels: *labels
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 5
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        fsGroup: 65532
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: {{ .service }}
          image: {{ .values.image }}
          imagePullPolicy: IfNotPresent
          command: [infrahub, {{ .command }}]
          env:
            {{- if ne .service "database" }}
            - {name: INFRAHUB_VERSION, value: {{ .values.version | quote }}}
            {{- end }}
            - {name: INFRAHUB_DB_ADDRESS, value: {{ .release }}-database}
          {{- if .port }}
          ports:
            - {containerPort: {{ .port }}}
          readinessProbe:
            tcpSocket: {port: {{ .port }}}
            periodSeconds: 1
          {{- end }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          {{- if eq .service "database" }}
          volumeMounts:
            - {name: data, mountPath: /data}
            - {name: backups, mountPath: /backups}
      volumes:
        - {name: data, emptyDir: {}}
        - {name: backups, emptyDir: {}}
          {{- end }}
{{- if .port }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .release }}-{{ .service }}
spec:
  selector:
    app.kubernetes.io/instance: {{ .release }}
    infrahub/service: {{ .service }}
  ports:
    - {port: {{ .port }}}
{{- end }}
{{- end }}
