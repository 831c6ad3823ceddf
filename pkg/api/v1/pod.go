package v1

import corev1 "k8s.io/api/core/v1"

// Variable is an environment variable of an action's container.
// +kubebuilder:validation:XValidation:rule="!has(self.value) || !has(self.valueFrom)",message="expected value or valueFrom, not both"
type Variable struct {
	// Name is the variable's. Those that begin with STYRMIN_ are Styrmin's own.
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[A-Za-z_][A-Za-z0-9_]*$`
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('STYRMIN_')",message="names that begin with STYRMIN_ are Styrmin's own"
	Name string `json:"name"`
	// Value is the variable's.
	// +optional
	Value string `json:"value,omitempty"`
	// ValueFrom is where the value lies.
	// +optional
	ValueFrom *VariableSource `json:"valueFrom,omitempty"`
}

// VariableSource is a key of an object in the namespace.
// +kubebuilder:validation:XValidation:rule="has(self.secretKeyRef) != has(self.configMapKeyRef)",message="expected secretKeyRef or configMapKeyRef"
type VariableSource struct {
	// SecretKeyRef is a key of a Secret.
	// +optional
	SecretKeyRef *corev1.SecretKeySelector `json:"secretKeyRef,omitempty"`
	// ConfigMapKeyRef is a key of a ConfigMap.
	// +optional
	ConfigMapKeyRef *corev1.ConfigMapKeySelector `json:"configMapKeyRef,omitempty"`
}

// Volume is mounted at /mnt/NAME, where it can hide no file of Styrmin, of the driver or of the image.
// +kubebuilder:validation:XValidation:rule="(has(self.secret) ? 1 : 0) + (has(self.configMap) ? 1 : 0) + (has(self.persistentVolumeClaim) ? 1 : 0) == 1",message="expected one of secret, configMap and persistentVolumeClaim"
type Volume struct {
	// Name is that of the directory.
	// +kubebuilder:validation:MaxLength=50
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	Name string `json:"name"`
	// Secret is the name of the Secret whose keys are the files.
	// +optional
	// +kubebuilder:validation:MinLength=1
	Secret string `json:"secret,omitempty"`
	// ConfigMap is the name of the ConfigMap whose keys are the files.
	// +optional
	// +kubebuilder:validation:MinLength=1
	ConfigMap string `json:"configMap,omitempty"`
	// PersistentVolumeClaim is the name of the claim whose volume it is.
	// +optional
	// +kubebuilder:validation:MinLength=1
	PersistentVolumeClaim string `json:"persistentVolumeClaim,omitempty"`
	// ReadOnly keeps the action from writing to a claim's volume; the others cannot be written to anyway.
	// +optional
	ReadOnly bool `json:"readOnly,omitempty"`
}
