import type { Translated } from '../index.ts';
import type english from '../en/organiser.ts';

/** The organiser's page. */
const messages: Translated<typeof english> = {
  'organiser.title': 'बिक्री की देखरेख',
  'organiser.on': 'बिक्री चल रही है',
  'organiser.paused': 'रुकी हुई: किसी को बुलाया नहीं जा रहा',
  'organiser.stands': 'अब की स्थिति',
  'organiser.available': 'खाली सीटें',
  'organiser.held': 'रोकी हुई सीटें',
  'organiser.sold': 'बिकी सीटें',
  'organiser.orders': 'बुकिंग',
  'organiser.captured': 'ली गई रकम',
  'organiser.refunded': 'लौटाई गई रकम',
  'organiser.refunding': 'लौटने के रास्ते में',
  'organiser.unfiled': 'दर्ज होना बाकी',
  'organiser.troubles': 'किसी का ध्यान चाहिए',
  'organiser.noTroubles': 'कुछ नहीं। हर भुगतान और हर वापसी अपने आप चल रही है।',
  'organiser.trouble.refund_failed': 'बैंक ने वापसी से मना किया। फिर से कोशिश अपने आप होगी।',
  'organiser.trouble.books_differ':
    'बिक्री और डेटाबेस के बही-खाते मेल नहीं खाते, और रास्ते में कुछ ऐसा नहीं जो इसे समझाए।',
  'organiser.trouble.filing_refused': 'एक बुकिंग दर्ज नहीं हो पा रही। टिकट मान्य हैं।',
  'organiser.pause': 'बिक्री रोकें',
  'organiser.pauseText':
    'तब तक किसी को बुलाया नहीं जाएगा, और हर कतार पेज यही बताएगा। जो अंदर हैं वे जारी रखेंगे।',
  'organiser.resume': 'बिक्री फिर शुरू करें',
  'organiser.resumeText': 'लोगों को फिर उनके क्रम से बुलाया जाएगा।',
  'organiser.refund': 'बुकिंग वापस करें',
  'organiser.refundText':
    'सीटें तुरंत खाली और टिकट रद्द हो जाते हैं; रकम उसके बाद लौटती है। कारण खरीदार पढ़ेगा।',
  'organiser.refundSeats': 'ये सीटें वापस करें',
  'organiser.seats': 'केवल ये सीटें (वैकल्पिक)',
  'organiser.seatsHint':
    'सीट योजना के अनुसार उनके आईडी, जैसे G1-A-12, बीच में अल्पविराम। खाली छोड़ने पर पूरी बुकिंग वापस होगी।',
  'organiser.booking': 'बुकिंग संख्या',
  'organiser.reason': 'कारण',
  'organiser.busy': 'भेज रहे हैं…',
  'organiser.done': 'हो गया।',
  'organiser.audit': 'क्या-क्या किया गया',
  'organiser.noAudit': 'अभी कुछ नहीं।',
  'organiser.did.pause': 'रोकी',
  'organiser.did.resume': 'फिर शुरू की',
  'organiser.did.plan': 'सीटें या दाम बदले',
  'organiser.did.refund': 'बुकिंग वापस की',
  'problem.not_paid': 'इस बुकिंग का भुगतान नहीं हुआ: लौटाने को कुछ नहीं।',
  'problem.unknown_seat': 'बताई गई एक सीट इस बुकिंग में नहीं है। कुछ नहीं लौटाया गया।',
  'problem.duplicate_seat': 'एक सीट दो बार लिखी गई है। कुछ नहीं लौटाया गया।',
  'problem.already_refunded': 'यह पहले ही लौटाया जा चुका है।',
};
export default messages;
