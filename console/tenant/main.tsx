/** One build for two hosts: `vendor.<host>` is the vendor's dashboard, everything else the tenant's admin console. */
if (window.location.hostname.startsWith('vendor.')) void import('../vendor/start.tsx').then((module) => module.startVendor())
else void import('../admin/start.tsx').then((module) => module.startAdmin())

export {}
