// Command pulumi-resource-kubernetes is the Kubernetes provider of Pulumi. The provider's own main package embeds two files
// that its release job makes; the builder (tools/go-tools.ts) makes them from the module and this one embeds them.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema-embed.json
var schema []byte

//go:embed terraform-mapping-embed.json
var terraformMapping []byte

func main() { provider.Serve("kubernetes", version.Version, schema, terraformMapping) }
