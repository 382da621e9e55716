import type en from '../en/purchase.ts';
import type { Translated } from '../index.ts';

/** Failures of choosing and paying. */
const messages: Translated<typeof en> = {
  'problem.payment_failed': 'भुगतान नहीं हो पाया।',
  'problem.hold_not_found': 'ये सीटें अब आपके लिए रुकी नहीं हैं।',
  'problem.booking_not_found': 'आपके खाते में ऐसी कोई बुकिंग नहीं है।',
  'problem.seats_unavailable': 'कोई और पहले पहुँच गया। कोई सीट नहीं रुकी।',
  'problem.orphan_seat': 'इससे एक सीट अकेली रह जाती। कोई सीट नहीं रुकी।',
  'problem.none_left': 'ऐसी इतनी सीटें नहीं बचीं। कुछ नहीं बदला।',
  'problem.hold_exists': 'इस कार्यक्रम की सीटें पहले से आपके लिए रुकी हैं।',
  'problem.hold_expired': 'इन सीटों का समय पूरा हो गया और वे छोड़ दी गईं।',
  'problem.order_closed': 'यह बुकिंग अब बदली नहीं जा सकती।',
  'problem.too_many_seats': 'यह एक व्यक्ति की सीमा से ज़्यादा सीटें हैं।',
  'problem.payments_unavailable': 'भुगतान सेवा जवाब नहीं दे रही।',
  'problem.money.unknown':
    'अभी पता नहीं कि बैंक ने पैसा काटा या नहीं। अगर कटा है, तो आपको टिकट मिलेंगे या पूरा पैसा वापस।',
  'problem.next.seats': 'सीटें फिर से चुनें।',
  'offer.title': 'आपका भुगतान आपकी सीटों के लिए देर से आया। क्या ये लेंगे?',
  'offer.text':
    'आपके {paid} तब पहुँचे जब आपकी सीटें किसी और की हो चुकी थीं। ये सीटें उतनी ही अच्छी या बेहतर हैं, और बिना अतिरिक्त शुल्क आपके लिए रखी हैं:',
  'offer.left': 'आपके लिए और {time} तक रखी हैं',
  'offer.accept': 'ये सीटें लें',
  'offer.decline': 'नहीं, मेरा पैसा लौटाएँ',
  'offer.nothing': 'कुछ न करें तो समय पूरा होने पर पूरा पैसा अपने आप लौट जाएगा। हर क़दम पर हम लिखेंगे।',
  'offer.taken': 'ये सीटें आपकी हैं',
  'offer.declined': 'आपका पैसा लौट रहा है',

  'hold.soonTitle': 'आपकी सीटें एक मिनट और सुरक्षित हैं',
  'hold.soonText':
    'घड़ी पूरी होने से पहले भुगतान शुरू करें: चलता हुआ भुगतान हमेशा पूरा होता है। आपका लिखा कुछ नहीं खोएगा।',
  'hold.soonExtend': {
    one: 'आप इन्हें {count} मिनट तक और रख सकते हैं। आपका लिखा कुछ नहीं खोएगा।',
    other: 'आप इन्हें {count} मिनट तक और रख सकते हैं। आपका लिखा कुछ नहीं खोएगा।',
  },
  'hold.extend': 'सीटें और देर रखें',
  'hold.extended': 'आपकी सीटें और देर रखी गई हैं।',
};
export default messages;
