/**
 * Who may call what: one row per operation of the OpenAPI document. Written by hand and compared with the rules
 * (`authorisation.rules.test.ts`) and with the running program over HTTP (`authorisation.test.ts`), so that changing an
 * ability changes this table in the same review. A row has four groups; a letter means allowed, a dash refused:
 *
 *     guest · staff without a tenant · staff of this tenant · the same staff at another tenant
 *
 * Letters, in this order in each group of twelve: `s` super-admin, `t` tenant-admin, `c` compliance-officer, `a` auditor,
 * `m` city-manager, `d` district-manager, `z` zone-operator, `f` facility-operator, `e` asset-technician, `v` viewer,
 * `r` sre, `b` finance. `d z f e` act in the subtree of their nodes only: in the second group they hold the node of this
 * tenant, and the other tenant of the last group lies outside it. The last group has letters only where an operation
 * is about no tenant (plans, verticals, oneself).
 */
const everyone = 'g stcamdzfevrb stcamdzfevrb stcamdzfevrb'
const nobody = '- ------------ ------------ ------------'

export const table: Record<string, string> = {
  'approval.approve': '            - s---m------- -t---------- ------------',
  'approval.list': '               - s-cam-----r- -tca-------- ------------',
  'approval.read': '               - s-cam-----r- -tca-------- ------------',
  'approval.reject': '             - s---m------- -t---------- ------------',
  'approval.withdraw': '           - s-cam-----r- -tca-------- ------------',
  'audit.list': '                  - s-ca-------- -tca-------- ------------',
  'audit.verify': '                - s-ca-------- -tca-------- ------------',
  'auth.callback': everyone,
  'auth.session': everyone,
  'auth.sign_in': everyone,
  'auth.sign_out': everyone,
  'certificate.verify': '          - s-ca-------- ------------ ------------',
  'fleet.read': '                  - s---m----vrb ------------ ------------',
  'mail.list': '                   - s----------- ------------ ------------',
  'mail.read': '                   - s----------- ------------ ------------',
  'mail.requeue': '                - s----------- ------------ ------------',
  'oauth.accept_invitation': everyone,
  'oauth.authorize': everyone,
  'oauth.invitation_page': everyone,
  'oauth.jwks': everyone,
  'oauth.revoke': everyone,
  'oauth.sign_in': everyone,
  'oauth.sign_in_page': everyone,
  'oauth.sign_out': everyone,
  'oauth.token': everyone,
  'operation.cancel': '            - s---m-----r- ------------ ------------',
  'operation.events': '            - s-camdzf-vr- -tcamdz---r- ------------',
  'operation.force': '             - s---------r- ------------ ------------',
  'operation.list': '              - s-camdzf-vr- -tcamdz---r- ------------',
  'operation.read': '              - s-camdzf-vr- -tcamdz---r- ------------',
  'operation.resume': '            - s---m-----r- ------------ ------------',
  'operation.retry': '             - s---m-----r- ------------ ------------',
  'plan.list': '                   - s---mdz--vrb -t--m------b -t--mdz----b',
  'plane.report': nobody,
  'plane.stream': nobody,
  'platform.health': everyone,
  'release.list': '                - s---m----vr- ------------ ------------',
  'release.read': '                - s---m----vr- ------------ ------------',
  'slug.read': '                   - s---m------- ------------ ------------',
  'staff.invitation.list': '       - s-ca-------- -tca-------- ------------',
  'staff.invite': '                - s----------- -t---------- ------------',
  'staff.list': '                  - s-ca-------- -tca-------- ------------',
  'staff.me': '                    - stcamdzfevrb stcamdzfevrb stcamdzfevrb',
  'staff.revoke_sessions': '       - s----------- -t---------- ------------',
  'tenant.certificate': '          - s-ca-------- ------------ ------------',
  'tenant.change': '               - s---mdz----- -t--m------- ------------',
  'tenant.close': '                - s----------- ------------ ------------',
  'tenant.create': '               - s---m------- ------------ ------------',
  'tenant.delete': '               - s----------- ------------ ------------',
  'tenant.health': '               - s---mdzfe-r- -t--mdzf--r- ------------',
  'tenant.invite_owner': '         - s---mdz----- -t--m------- ------------',
  'tenant.list': '                 - s-camdzfevrb -tcamdzfevrb ------------',
  'tenant.logs': '                 - s---mdzfe-r- -t--mdzf--r- ------------',
  'tenant.operations': '           - s-camdzf-vr- -tcamdz---r- ------------',
  'tenant.read': '                 - s-camdzfevrb -tcamdzfevrb ------------',
  'tenant.reopen': '               - s---md----r- ------------ ------------',
  'tenant.resume': '               - s---md----r- ------------ ------------',
  'tenant.sleep': '                - s---md----r- ------------ ------------',
  'tenant.suspend': '              - s---md----r- ------------ ------------',
  'tenant.usage': '                - s--amd-----b -t--m------b ------------',
  'tenant.wake': '                 - s---md----r- ------------ ------------',
  'vertical.list': '               - s---mdzf-vr- -t--mdz---r- -t--mdzf--r-',
}
