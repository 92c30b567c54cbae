/** A web address that is told the number, as automation services and programs of one's own offer it. */
const WEBHOOK = {
  name: 'Webhook',
  allowedOrigin: 'https://hooks.example.com',
  auth: 'bearer',
  place: {
    method: 'POST',
    url: 'https://hooks.example.com/dial',
    body: { json: { number: '{e164}', extension: '{extension}', name: '{name}', requestId: '{uuid}' } },
  },
};

/**
 * FusionPBX's own click-to-call page, through the user's login there. It answers with a page that holds `+OK` when the call was begun.
 * Source: FusionPBX `app/click_to_call/click_to_call.php`. Not verified against a live system.
 */
const FUSION_PBX = {
  name: 'FusionPBX',
  allowedOrigin: 'https://pbx.example.com',
  auth: 'cookie',
  place: {
    method: 'GET',
    url:
      'https://pbx.example.com/app/click_to_call/click_to_call.php' +
      '?src_cid_name={name}&src_cid_number={number}&dest_cid_name=&dest_cid_number={extension}' +
      '&src={extension}&dest={number}&auto_answer=false&rec=false&ringback=us-ring',
    successMatch: { contains: '+OK' },
  },
  numberRule: { form: 'digits', allow: '^[0-9*#]{2,20}$' },
};

/** Profiles to start from, as an administrator would write them down. */
export const READY_PROFILES: Readonly<Record<'webhook' | 'fusionpbx', string>> = {
  webhook: JSON.stringify(WEBHOOK, undefined, 2),
  fusionpbx: JSON.stringify(FUSION_PBX, undefined, 2),
};
