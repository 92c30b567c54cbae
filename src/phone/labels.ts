import type { LabelWords } from './context.ts';

/**
 * Words that say what the digits behind them are, in the languages business pages are written in. A `*` at the end stands for any further
 * letters, as German and Nordic words grow. Scripts without spaces between words (Han, kana, Hangul, Thai) are listed apart, since their
 * words need no boundary.
 */

const PHONE_WORDS =
  'tel|telf|telef|tlf|tlfno|tfno|tlfn|tfn|tél|phone*|telephone*|téléphone*|telefon*|teléfono*|telefono*|telefone*|telefoon*|telèfon*|puhelin|puh|sími|phones|ph|phon|fon|fono|fone|' +
  'mobile|mobiles|mob|mobil|mobiltelefon*|móvil|movil|móviles|mobiel|mobitel|celular|cel|cell|cellphone|cellular|cellulare|handy|handynummer|gsm|portable|fixe|komórka|komórkowy|kom|natel|' +
  'call|dial|ring|text us|whatsapp|whats app|viber|telegram|zalo|signal|sms|hotline|helpline|helpdesk|infoline|hot line|help line|toll free|tollfree|toll-free|freephone|freecall|free call|free phone|' +
  'landline|switchboard|reception|contact number|contact no|contact nos|contact|contacts|kontakt|contacto|contato|contatti|contattaci|office|direct line|main line|direct|after hours|emergency|' +
  'rufnummer|ruf|fernruf|servicenummer|zentrale|notruf|notfall|anrufen|appelez|appeler|llámanos|llame|llamar|ligue|chiama|chiamaci|bel|bel ons|ring oss|soita|zadzwoń|zavolejte|arayın|numéro vert|numero verde|' +
  'customer service|customer care|customer support|support|sales|enquiries|inquiries|reservations|bookings|booking|appointment*|kundenservice|service|atención al cliente|' +
  'sđt|đt|dđ|đtdđ|điện thoại|số điện thoại|di động|gọi|liên hệ|telp|telpon|telepon|hp|tlp|kontaktnummer|puhelinnumero|asiakaspalvelu|växel|telefonszám|telefonní|číslo telefonu|nr tel|τηλ|κιν|' +
  'тел|телефон*|моб|мобильный|мобільний|звоните|позвонить|дзвоніть|факс/тел|тлф|сот|' +
  'pilot line|pilot lines|trunkline|trunk line|trunklines|hunting line|call centre|call center|contact centre|contact center|pbx|pabx|centralita|conmutador|central telefónica|mesa central|lada sin costo|línea gratuita|línea de atención|centralino|recapito|recapiti|' +
  'central de atendimento|televendas|sac|plantão|ouvidoria|telemóvel|telemóveis|tlm|telm|port.|bereitschaft|mobilfunk|notdienst|spoed|infolinia|centrala|rejestracja|sekretariat|bezplatná linka|infolinka|zákaznická linka|ústředna|pevná linka|ügyfélszolgálat|vezetékes|dispecerat|centrală|' +
  'kundtjänst|sentralbord|vakttelefon|hovednummer|vagttelefon|vaihde|päivystys|hubungi|layanan pelanggan|talian|tổng đài|đường dây nóng|số máy|simu|çağrı merkezi|müşteri hizmetleri|santral|destek hattı|τηλέφων*|τηλεφων*|κινητ*|' +
  'горячая линия|приемная|приёмная|контакт-центр|справочная|диспетчер*|регистратура|гаряча лінія|приймальня|الرقم الموحد|الخط الساخن|واتساب|للتواصل|מוקד|' +
  'טלפון|טל|נייד|חייגו|هاتف|الهاتف|تلفون|جوال|موبايل|اتصل|تلفن|موبایل|همراه|फोन|फ़ोन|मोबाइल|दूरभाष|ফোন|মোবাইল|தொலைபேசி|telefonu|telefonas|tālrunis|telefonnummer|cep|gsm no|tel no';

const FAX_WORDS =
  'fax*|telefax*|faks*|faksi|facsimile|télécopie|télécopieur|telecopie|telecopieur|telecopiadora|факс*|φαξ|פקס|فاكس|फैक्स|f|fx|bréfsími|belgegeçer|máy fax';

const EXTENSION_WORDS =
  'ext|extn|extension|x|durchwahl|dw|nebenstelle|nst|apparat|poste|interno|int|anexo|ramal|toestel|tst|dahili|доб|внутр|wew|wewn|klapka|linka|anknytning|lokal|ankn|internal|internal extension|desk phone|alaliittymä';

/** Numbers under these are never phone numbers, however they look. */
const NEVER_WORDS =
  'vat|vatin|ust|ustid|ust-id|ust-idnr|ustidnr|uid|steuernummer|steuernr|steuer-nr|st-nr|stnr|umsatzsteuer*|hrb|hra|registernummer|handelsregister*|siret|siren|rcs|tva|naf|nif|cif|nie|dni|rut|ruc|cuit|cuil|nit|rfc|curp|clabe|p.iva|p. iva|p.i|piva|partita iva|codice fiscale|cod. fisc|c.f|kvk|kvk-nummer|btw|btw-nummer|bsn|rsin|cnpj|cpf|inscrição estadual|crc|oab|creci|nip|regon|krs|pesel|ičo|dič|ico|dic|org.nr|org. nr|orgnr|organisationsnummer|cvr|cvr-nr|cvr nr|se-nr|y-tunnus|ssn|ein|itin|npi|duns|d-u-n-s|abn|acn|gst|gstin|pan|cin|tan|llpin|utr|tax id|tax no|tax number|tin|mst|mã số thuế|mersis|vergi no|vergi numarası|tc kimlik|инн|кпп|огрн|огрнип|окпо|оквэд|бик|снилс|едрпоу|унп|' +
  'company no|company number|company reg|company registration|registered no|registered number|registration|registration no|reg|reg no|reg. no|registered in england*|charity|charity no|charity number|licence|license|lic|licence no|license no|permit|employer identification|i.r.s|irs|commission file|file number|file no|cik|' +
  'iban|bic|swift|aba|routing|routing number|account|account no|account number|acct|a/c|a/c no|acc no|bank account|sort code|bsb|blz|bankleitzahl|konto|kontonr|konto-nr|kontonummer|rekening|rekeningnummer|compte|cuenta|conta|agência|agencia|rib|numer konta|hesap no|р/с|к/с|р/сч|расчетный счет|card|card no|card number|credit card|ccv|cvv|paypal|bankgiro|plusgiro|' +
  'isbn|isbn-10|isbn-13|issn|ismn|doi|pmid|pmcid|oclc|lccn|asin|ean|upc|gtin|sku|isrc|isin|cusip|wkn|cas|cas no|imei|imsi|iccid|meid|eid|mac|ip|ip address|ipv4|host|uuid|guid|sha|md5|hash|' +
  'tracking|tracking no|tracking number|track|waybill|awb|consignment|shipment|parcel|sendungsnummer|paketnummer|n° de suivi|' +
  'lat|lon|lng|long|latitude|longitude|coordinates|coords|gps|breitengrad|längengrad|широта|долгота|' +
  'price|total|subtotal|amount|sum|preis|betrag|summe|prix|precio|preço|prezzo|prijs|cena|population|area|distance|size|zip|zip code|zipcode|plz|postleitzahl|postcode|postal code|code postal|código postal|cep:|pincode|pin code|cap|psč|' +
  'date|datum|fecha|data|dato|updated|created|modified|born|geboren|birth date|birthdate|dob|date of birth|time|timestamp|epoch|uhrzeit|published|page|pages|pp|vol|volume|year|version|ver|revision|rev|clause|clauses|dfars|dfar|cfr|c.f.r|cve|' +
  'order no|order number|order id|bestellnummer|bestell-nr|auftragsnummer|invoice no|invoice number|rechnungsnummer|rechnungs-nr|case no|case number|policy no|kundennummer|kunden-nr|kundennr|customer no|customer number|client no|member no|vertragsnummer|aktenzeichen|meeting id|conference id|access code|passcode|otp|bill no|txn id|transaction id|consumer no|survey no|gpkd|gpkd số|đkkd|số đkkd|giấy phép số|артикул|договор|заказ №|codice cliente|ordine n|protocollo|prot. n|cod. art|barcode|hsn|hsn code|rera|udyam|chave pix|protocolo|processo|expte|expediente|legajo|edital|matrícula|zählernummer|versicherungsnr|versicherungsnummer|flurstück|' +
  'бин|иин|еик|булстат|oib|pib|αφμ|γεμη|γ.ε.μη|adószám|cégjegyzékszám|bankszámlaszám|číslo účtu|č.ú|npwp|nik|stk|số tài khoản|mã số|ticaret sicil no|السجل التجاري|الرقم الضريبي|ח.פ|ע.מ|' +
  'vin|plate|part no|part number|p/n|pn|serial|serial no|serial number|s/n|model|model no|item|item no|item number|article|artikelnummer|art.-nr|art.nr|artikel-nr|batch|lot|commit|issue|pull|ticket no|bug|pnr|passport|pass no|socket|pid|tid|udid|device id|user id|userid|customer id|client id|member id|employee id|student id|uid|transaction|txn|lei|duns no';

/** Numbers under these are mostly no phone numbers; one that is written as only phone numbers are may still be. */
const SELDOM_WORDS =
  'order|bestellung|auftrag|invoice|inv|rechnung|receipt|facture|factura|fattura|fatura|faktura|commande|pedido|ordine|zamówienie|sipariş|заказ|счет|purchase order|po|p.o|quote|quotation|' +
  'ticket|case|claim|policy|reference|ref|ref no|referenz|referencia|référence|ref. no|member|membership|vorgang|az|id|id no|nr|no|number|num|nummer|número|numéro|№|code|pin|password|meeting|key|token|n.|codice|código|код|user|build|seat|employee|box|p.o. box|postfach|suite|room|flat';

const PHONE_SCRIPT =
  '電話|电话|联系电话|手机|手機|携帯|モバイル|フリーダイヤル|連絡先|热线|熱線|客服|致电|座机|お問い合わせ|总机|總機|固话|咨询|專線|查詢|콜센터|문의|상담|전화|연락처|휴대폰|핸드폰|고객센터|대표번호|โทร|โทรศัพท์|มือถือ|เบอร์|ទូរស័ព្ទ|ဖုန်း|ໂທ';
const FAX_SCRIPT = 'ファックス|ファクス|ファクシミリ|传真|傳真|팩스|แฟกซ์|โทรสาร';
const EXTENSION_SCRIPT = '内线|內線|内線|分机|분機|내선|ต่อ';
const NEVER_SCRIPT =
  'お問い合わせ番号|お客様番号|会員番号|订单编号|郵便番号|邮编|邮政编码|订单|訂單|注文番号|発票|发票|税号|统一社会信用代码|身份证|银行卡|账号|帳號|口座番号|法人番号|登録番号|型号|订单号|快递|单号|운송장|사업자등록번호|사업자번호|통신판매|주문번호|계좌|우편번호|備案|备案|公网安备';

const SELDOM_SCRIPT = '编号|編號|号码|號碼|番号|번호|学号|單號|单号|文号';

/** All of them, for whoever may hold them. */
export const LABEL_WORDS: LabelWords = [
  ['phone', PHONE_WORDS, PHONE_SCRIPT],
  ['fax', FAX_WORDS, FAX_SCRIPT],
  ['extension', EXTENSION_WORDS, EXTENSION_SCRIPT],
  ['never', NEVER_WORDS, NEVER_SCRIPT],
  ['seldom', SELDOM_WORDS, SELDOM_SCRIPT],
];
