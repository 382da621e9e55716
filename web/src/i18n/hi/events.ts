import type en from '../en/events.ts';
import type { Translated } from '../index.ts';

/** Home and event pages. */
const messages: Translated<typeof en> = {
  'home.title': 'सबके पसंदीदा टिकट, एक निष्पक्ष कतार',
  'home.lede':
    'टैब, डिवाइस या नेटवर्क बदलने पर भी आपकी जगह बनी रहती है। आप देखते हैं कि आगे कौन है, कतार कितनी तेज़ है और धीमी क्यों हुई।',
  'home.events': 'कार्यक्रम',
  'home.empty': 'अभी कोई कार्यक्रम घोषित नहीं है। जल्द फिर आएँ।',
  'home.from': '{price} से',
  'sale.upcoming': 'बिक्री {when} से',
  'sale.on_sale': 'बिक्री चालू है',
  'sale.ended': 'बिक्री समाप्त',
  'event.when': 'कब',
  'event.saleOpens': 'बिक्री शुरू',
  'event.saleCloses': 'बिक्री समाप्त',
  'event.prices': 'कीमतें',
  'event.allIn': 'सब शामिल: जो कीमत यहाँ दिखती है, वही आप चुकाते हैं। बाद में कोई शुल्क नहीं जुड़ता।',
  'event.join': 'कतार में लगें',
  'event.lobby': 'प्रतीक्षा कक्ष में जाएँ',
  'event.organiser': 'इस बिक्री की देखरेख करें',
  'event.map': 'सीटों का नक्शा देखें',
  'event.joinHint': 'एक खाते की एक जगह। पेज दोबारा खोलने या डिवाइस बदलने पर भी वही रहती है।',
  'event.joinSignIn': 'पहले साइन इन होता है, कोई घड़ी चलने से पहले।',
  'event.verify': 'अपना ई-मेल पता अभी सत्यापित करें: इस बिक्री में यह ज़रूरी है।',
  'event.verified': 'ई-मेल',
  'event.verifiedText': 'केवल सत्यापित ई-मेल पते वाले खाते ही कतार में लग सकते हैं।',
  'event.opensIn': 'शुरू होने में',
  'event.ended': 'यह बिक्री समाप्त हो गई। आपके टिकट “मेरे टिकट” में हैं।',
  'event.rules': 'यह बिक्री कैसे चलती है',
  'event.order': 'क्रम',
  'event.order.fifo': 'जो पहले आए, वह पहले पाए; बिक्री शुरू होने से पहले आने वालों के लिए भी।',
  'event.order.draw':
    'बिक्री शुरू होने से पहले आए सभी लोगों के बीच ड्रॉ होता है; उसके बाद जो पहले आए, वह पहले पाए।',
  'event.check': 'इसे कोई भी जाँच सकता है।',
  'event.limit': 'सीमा',
  'event.limitText': { one: 'प्रति व्यक्ति {count} सीट', other: 'प्रति व्यक्ति {count} सीटों तक' },
  'event.pace': 'गति',
  'event.paceText': {
    one: 'हर {seconds} सेकंड में {count} व्यक्ति अंदर आता है।',
    other: 'हर {seconds} सेकंड में {count} लोग अंदर आते हैं।',
  },
  'event.turn': 'आपकी बारी',
  'event.turnText': 'बारी आने पर अंदर आने के लिए {claim} मिनट और अंदर {session} मिनट मिलते हैं।',
  'event.hold': 'भुगतान',
  'event.holdText': 'चुनी हुई सीटें {count} मिनट आपकी रहती हैं। चलता हुआ भुगतान घड़ी से कभी नहीं कटता।',
};
export default messages;
